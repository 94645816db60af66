"""The examples in the order of a reader's questions."""

#: From the first try, through labels and what the answers are worth, to surveys of other kinds.
ORDER = """
plot_quick_start plot_pretrained plot_forty_labels plot_other_classes plot_transfer_curve
plot_choose_fraction plot_unlabelled_target plot_rare_classes plot_calibration plot_novelty
plot_wrong_period plot_bands plot_simulate_survey plot_adaptation plot_availability plot_experts
plot_images plot_upsilont plot_persistence catalogue_cluster streaming lsdb_catalogue
""".split()


class Questions:
    """Sort key of sphinx-gallery; an example that is not in the list comes last."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, file):
        name = file.removesuffix(".py")
        return (ORDER.index(name) if name in ORDER else len(ORDER), name)

    def __repr__(self):
        return "<Questions>"
