"""Hovers on a solver's fields show the learning rate of the run."""

from __future__ import annotations

from caffe_ls.features.hover import hover
from tests.features.views import view_at_cursor

HEAD = '#- settings {"dialect": "bvlc"}\n#- /solver.prototxt\nnet: "n"\nbase_lr: 0.01\n'


def shown(text: str) -> str:
    """What a hover at the cursor says."""
    view, offset = view_at_cursor(text)
    found = hover(view, offset)
    assert found is not None
    return str(found.contents.value)  # type: ignore[union-attr]


def test_a_policy_shows_its_rate_at_the_quarters_and_steps_of_the_run() -> None:
    said = shown(HEAD + 'lr_policy: "multi$0step"\ngamma: 0.1\nstepvalue: 600\nstepvalue: 900\nmax_iter: 1001\n')
    assert "**multistep**" in said
    expected = """**Learning rate** over 1,001 iterations, computed as Caffe does:

- iteration 0: 0.01
- iteration 250: 0.01
- iteration 500: 0.01
- iteration 600: 0.001 (step)
- iteration 750: 0.001
- iteration 900: 0.0001 (step)
- iteration 1,000: 0.0001"""
    assert expected in said


def test_many_steps_are_counted() -> None:
    said = shown(HEAD + 'lr_policy: "step"\ngam$0ma: 0.9\nstepsize: 10\nmax_iter: 1000\n')
    assert "- iteration 80: 0.00430467 (step)" in said
    assert "99 steps in all." in said


def test_a_run_without_end_shows_its_beginning() -> None:
    said = shown(HEAD + 'lr_policy: "inv"\ngamma: 0.0001\npo$0wer: 0.75\n')
    assert "the first 100,000 iterations (`max_iter` is not given)" in said


def test_a_plateau_says_that_the_loss_decides() -> None:
    said = shown(
        HEAD.replace("bvlc", "ssd") + 'lr_policy: "plateau"\ngamma: 0.1\nplateau_wins$0ize: 100\nmax_iter: 1000\n'
    )
    assert "if the loss never falls" in said


def test_other_fields_and_unknown_policies_show_none() -> None:
    assert "Learning rate" not in shown(HEAD + 'lr_policy: "fixed"\nmax_iter: 10\ndisp$0lay: 5\n')
    assert "**Learning rate**" not in shown(HEAD + 'lr_policy: "Fixed"\nmax_$0iter: 10\n')
