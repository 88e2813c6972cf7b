"""In what order a choice gives up figures, in towns of a dozen children."""

from __future__ import annotations

import numpy as np
import pytest
from test_whole_children import KINDS, small

from wijkkit.disclosure import choice as choices
from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.loss import COARSER, ORDER


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


@pytest.mark.parametrize("small_", [True, False])
@pytest.mark.parametrize(("questions", "weighted"), KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_settled_is_open_in_small_systems_and_in_large_ones(
    seed, questions, weighted, small_, monkeypatch
):
    """In a large one moves of children alone decide, and cells of one group go together."""
    monkeypatch.setattr(choices, "SMALL", 300 if small_ else 0)
    one = small(seed, questions, weighted)
    first = one.choice.first
    choice = Choice(one.shown, first, np.zeros(len(first), bool))
    assert choice.small == small_
    multiple = choice.settled()
    if multiple is None:
        # Not even without a figure that may be shown is all open.
        assert len(choice.narrow(np.where(first > 0, 0.0, first))) or not small_
        return
    assert not multiple[first == 0].any() and set(multiple) <= {0.0, 1.0, *COARSER}
    secret = choice.secrets(multiple)
    assert (one.widths(multiple)[secret] >= one.shown.need[secret]).all()
    assert not len(choice.narrow(multiple))
    # Where no rule hides anything all is shown.
    free = Choice(one.shown, np.ones(len(first)), np.zeros(len(first), bool))
    assert (free.settled() == 1).all()


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_the_finest_step_with_room_for_the_children_who_must_move(questions, weighted):
    one = small(1, questions, weighted)
    system, most = one.one.system, one.shown.need.max()
    sizes = np.array([1.0, *COARSER])
    for cell in range(len(system.rows)):
        inside = system.member.toarray()[cell] > 0
        rooms = []
        for size in sizes:
            slack = one.shown.slack(np.full(len(system.rows), size))
            heavy = system.weight[inside].max(initial=1e-9)
            ends = [slack.up, slack.down, slack.weighted_up / heavy, slack.weighted_down / heavy]
            rooms.append(min(float(end[cell]) for end in ends))
        enough = [size for size, room in zip(sizes, rooms, strict=True) if room >= most]
        expected = enough[0] if enough else sizes[int(np.argmax(rooms))]
        assert one.choice._roomy[cell] == expected


@pytest.mark.parametrize(("questions", "weighted"), KINDS)
def test_each_loss_is_the_first_in_the_order_that_it_can_be(questions, weighted):
    one = small(1, questions, weighted)
    system, first = one.one.system, one.choice.first
    wijken = (system.member.toarray() > 0) @ np.eye(system.wijk.max() + 1)[system.wijk] > 0
    for size in (0.0, 2.0, 10.0):
        rank = one.choice._rank(np.full(len(first), size))
        for cell in range(len(first)):
            may = [
                number
                for number, loss in enumerate(ORDER)
                if loss.of(system, wijken.sum(axis=1))[cell] and size in loss.multiples
            ]
            assert rank[cell] == (may[0] if may and first[cell] > 0 else -1)
