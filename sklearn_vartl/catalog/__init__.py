"""Whole catalogues: Parquet in, Parquet out, or the partitions of a cluster's frames.

Imports readers, features, transfer, adaptation and persistence; the shell uses it.
"""

from ._catalog import NOVEL, CatalogReport, classify_catalog
from ._classify import classify, classify_partition
from ._sources import PARQUET, find_files, holds_stars

__all__ = ["CatalogReport", "classify", "classify_catalog", "classify_partition"]
