"""Cross-entropy with a weight for each star."""

from torch import nn
from torch.nn import functional as F


class WeightedCrossEntropy(nn.Module):
    """Mean of weight times cross-entropy; labels are smoothed in training only."""

    def __init__(self, label_smoothing=0.0):
        super().__init__()
        self.label_smoothing = label_smoothing

    def forward(self, logits, target):
        y, weight = target
        smoothing = self.label_smoothing if self.training else 0.0
        loss = F.cross_entropy(logits, y, reduction="none", label_smoothing=smoothing)
        return (weight * loss).mean()
