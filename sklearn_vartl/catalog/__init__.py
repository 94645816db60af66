"""Whole catalogues: Parquet in, Parquet out, or the partitions of a cluster's frames."""

from ._catalog import classify_catalog
from ._partition import classify_partition
from ._report import CatalogReport

__all__ = ["CatalogReport", "classify_catalog", "classify_partition"]
