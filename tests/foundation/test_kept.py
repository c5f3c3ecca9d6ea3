"""What is kept until its time: against a plain model, and at the instant it ends."""

from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.kept import Kept


def test_is_kept_until_its_time_and_not_at_it():
    kept: Kept[str, int] = Kept(4)
    kept.put("a", 1, 10)
    assert kept.get("a", 9) == 1
    assert kept.entry("a", 9) == (10, 1)
    assert kept.get("a", 10) is None
    assert len(kept) == 0


def test_the_least_recently_used_goes_first():
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1, 10)
    kept.put("b", 2, 10)
    assert kept.get("a", 0) == 1
    kept.put("c", 3, 10)
    assert [kept.get(key, 0) for key in "abc"] == [1, None, 3]
    kept.drop("c")
    kept.drop("c")
    assert kept.get("c", 0) is None


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9), st.integers(0, 20)), max_size=40), st.integers(1, 5)
)
def test_agrees_with_a_plain_model(steps, capacity):
    kept: Kept[str, int] = Kept(capacity)
    model: dict[str, tuple[int, int]] = {}
    for now, (key, value, until) in enumerate(steps):
        expected = model.get(key)
        if expected is not None and expected[0] <= now:
            expected = model.pop(key) and None
        assert kept.get(key, now) == (None if expected is None else expected[1])
        model.pop(key, None)
        model[key] = (until, value)
        kept.put(key, value, until)
        if len(model) > capacity:
            model.pop(next(iter(model)))
        assert len(kept) == len(model)
