"""In what order a choice gives up figures, in towns of a dozen children."""

from __future__ import annotations

import numpy as np
import pytest
from test_whole_children import KINDS, small

from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.loss import COARSER


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_ever_more_is_given_up_until_nothing_is_left_and_kept_figures_stand(
    questions, weighted, block
):
    one = small(1, questions, weighted)
    system, first = one.one.system, one.choice.first
    kept = np.zeros(len(first), bool)
    kept[np.flatnonzero(first > 0)[:1]] = True
    choice = Choice(one.shown, first, kept)
    narrow = choice.secrets(first)[:1]
    multiple, steps = first.copy(), []
    while (less := choice.more(multiple, narrow, block)) is not None:
        changed = np.flatnonzero(less != multiple)
        # Hidden for good, or coarser than it was, all of a step alike.
        assert len(changed) and (multiple[changed] > 0).all()
        assert len(set(less[changed])) == 1
        assert ((less[changed] == 0) | (less[changed] > multiple[changed])).all()
        assert set(less[changed]) <= {0.0, *COARSER}
        of_wijk = (system.level[changed] == "wijk").all()
        if not block and of_wijk and less[changed[0]] == 0:
            assert len(changed) == 1
        steps.append((changed, less[changed[0]]))
        multiple = less
    assert len(steps) > 2
    # What is kept stands; all else that has a wijk in common with the count is gone.
    of_atoms = system.member.toarray() > 0
    wijken = [set(system.wijk[inside]) for inside in of_atoms]
    near = np.array([bool(those & wijken[narrow[0]]) for those in wijken])
    near |= (system.level == "wijk") & (system.slot == 0)
    assert (multiple[kept] == 1).all() and not multiple[near & ~kept].any()
    # A figure of a larger area is made coarser before any is left out, everybody's last.
    whole = (system.slot == 0) & np.isin(system.level, ["arm", "city"])
    gone = [at for at, (cells, size) in enumerate(steps) if size == 0 and whole[cells].any()]
    coarser = [at for at, (cells, size) in enumerate(steps) if size > 0 and whole[cells].any()]
    assert not whole[~kept].any() or max(coarser) < min(gone)


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_what_must_stay_open_is_what_is_hidden_and_not_free(questions, weighted):
    one = small(1, questions, weighted)
    system, choice = one.one.system, one.choice
    hidden = one.one.multiple == 0
    expected = hidden & (one.shown.need > 0)
    # A gebied that is left out for another count's sake is no secret itself.
    expected &= (choice.first == 0) | (system.level != "gebied")
    assert choice.secrets(one.one.multiple).tolist() == np.flatnonzero(expected).tolist()
    assert not len(choice.secrets(np.full(len(hidden), -1.0)))
    # What is asked of no cell cannot be narrow, and all that is narrow is a secret.
    assert not len(choice.narrow(choice.first, np.zeros(0, int)))
    assert np.isin(choice.narrow(choice.first), choice.secrets(choice.first)).all()
