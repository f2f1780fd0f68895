"""How well what was foretold agrees with what came."""

import math

import numpy as np
import pytest
from scipy.stats import pearsonr

from cifar_core.evaluation.foretelling import change_of, measure_agreement


def test_a_change_is_that_of_the_log_odds():
    assert change_of([0.5, 0.5], [0.8, 0.2], 0) == pytest.approx(math.log(4))
    assert change_of([0.8, 0.2], [0.5, 0.5], 0) == pytest.approx(-math.log(4))
    assert change_of([1.0, 0.0], [0.0, 1.0], 0) == pytest.approx(-2 * math.log(1e6), rel=1e-3), "it stays finite"


def test_agreement_is_a_correlation_with_scipy_s_interval_and_a_share_with_wilson_s():
    generator = np.random.default_rng(0)
    foretold = generator.normal(size=12)
    came = 0.5 * foretold + 0.3 * generator.normal(size=12)
    found = measure_agreement(foretold, came)
    expected = pearsonr(foretold, came)
    low, high = expected.confidence_interval(0.95)
    assert (found.correlation, found.low, found.high) == pytest.approx((expected.statistic, low, high), abs=1e-6)
    assert found.num_same == (np.sign(foretold) == np.sign(came)).sum()
    assert found.same_low < found.num_same / 12 < found.same_high
    assert found.slope == pytest.approx(float(np.linalg.lstsq(foretold[:, None], came, rcond=None)[0][0]))


def test_of_few_cases_no_more_is_said_than_is_known():
    assert measure_agreement([], []).num_cases == 0
    assert math.isnan(measure_agreement([1.0, 2.0], [1.0, 3.0]).correlation)
    three = measure_agreement([1.0, 2.0, -1.0], [1.0, 3.0, -2.0])
    assert three.correlation > 0.9
    assert math.isnan(three.low)
    assert math.isnan(measure_agreement([1.0, 1.0, 1.0], [1.0, 3.0, -2.0]).correlation)
    with pytest.raises(ValueError, match="allowed: as many"):
        measure_agreement([1.0], [])
