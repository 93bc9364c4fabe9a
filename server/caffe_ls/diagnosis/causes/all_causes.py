"""The causes that are weighed, each by its module."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.diagnosis.causes import (
    bad_input,
    batch_norm,
    divergence,
    endings,
    initial_weights,
    labels,
    loss_misuse,
    numeric_domain,
    pooling_window,
    rates,
    solver_settings,
    too_little,
    update_rule,
)
from caffe_ls.diagnosis.symptoms import Symptoms

WEIGHED: tuple[Callable[[Symptoms], Iterator[Cause]], ...] = (
    bad_input.weigh,
    batch_norm.weigh,
    divergence.weigh,
    endings.weigh,
    initial_weights.weigh,
    labels.weigh,
    loss_misuse.weigh,
    numeric_domain.weigh,
    pooling_window.weigh,
    rates.weigh,
    solver_settings.weigh,
    too_little.weigh,
    update_rule.weigh,
)
