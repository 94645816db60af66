"""The numerical kernels of the feature families: loops over the points of a block of stars.

They import the compiler, the statistics of this folder and the fits of the period search; the
families in `features._extraction` call them. No arithmetic depends on the other stars of a block.
"""
