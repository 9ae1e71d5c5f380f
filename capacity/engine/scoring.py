"""Score forecasts by what happened.

References
----------
T. Gneiting & A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and
Estimation", Journal of the American Statistical Association 102(477), 2007, section 4.2
for the CRPS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def crps_sample(sample: Floats, actual: float) -> float:
    """Continuous ranked probability score of an equally weighted sample.

    Examples
    --------
    >>> crps_sample(np.array([3.0, 1.0]), 2.0)
    0.5
    """
    ordered = np.sort(sample)
    count = len(ordered)
    ranks = 2 * np.arange(1, count + 1) - count - 1
    return float(np.abs(ordered - actual).mean() - (ordered @ ranks) / count**2)
