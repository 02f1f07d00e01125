"""The pages of recurrent networks, against loops of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from nlp.errors import InputError
from nlp.lecture import TOPICS
from nlp.lecture.numbers import values_of
from tests.nlp.lecture.pages import sigmoid, softmax, steps_of


def numbers(topic: str) -> dict[str, npt.NDArray[Any]]:
    return dict(values_of(TOPICS[topic]))


def test_rnn_step_by_step() -> None:
    n = numbers("rnn")
    weights, *steps, lost, order = steps_of("rnn")
    assert set(weights) == {"W", "U", "b"}
    h, losses = np.zeros(2), []
    for t, step in enumerate(steps, 1):
        h = np.tanh(n["W"] @ n["x"][t - 1] + n["U"] @ h + n["b"])
        np.testing.assert_allclose(step[f"h_{t}"], h, rtol=1e-13)
        np.testing.assert_allclose(step[f"y_{t}"], softmax(n["V"] @ h), rtol=1e-13)
        losses.append(-np.log(softmax(n["V"] @ h)[n["targets"][t - 1]]))
    np.testing.assert_allclose(lost["E_t"], losses, rtol=1e-13)
    assert lost["E"] == pytest.approx(sum(losses))
    assert (order["h_T"] != order["h_T, backwards"]).all()


def loss_of_last_step(n: dict[str, npt.NDArray[Any]], U: npt.NDArray[Any]) -> float:
    h = n["h_0"]
    for x in n["x"]:
        h = np.tanh(n["W"] @ x + U @ h + n["b"])
    return float(-np.log(softmax(n["V"] @ h)[n["target"]]))


def test_bptt_is_the_sum_of_its_terms_and_the_slope_of_the_loss() -> None:
    n = numbers("bptt")
    *_, summed = steps_of("bptt")
    slope = np.zeros((2, 2))
    for place in np.ndindex(2, 2):
        nudge = np.zeros((2, 2))
        nudge[place] = 1e-6
        slope[place] = (loss_of_last_step(n, n["U"] + nudge) - loss_of_last_step(n, n["U"] - nudge)) / 2e-6
    np.testing.assert_allclose(summed["sum of the terms"], slope, atol=1e-9)
    np.testing.assert_allclose(summed["∂E_3/∂U of the scan"], summed["sum of the terms"], rtol=1e-13)


def test_each_term_of_bptt_is_a_product_of_jacobians() -> None:
    n = numbers("bptt")
    last, *terms, _ = steps_of("bptt")
    h = [last[f"h_{t}"] for t in range(4)]
    d = last["∂E_3/∂h_3"]
    for k, term in zip((3, 2, 1), terms, strict=True):
        slope = 1 - h[k] ** 2
        np.testing.assert_allclose(term[f"∂E_3/∂h_{k}"], d, rtol=1e-13)
        np.testing.assert_allclose(term[f"∂h_{k}/∂h_{k - 1}"], np.diag(slope) @ n["U"], rtol=1e-13)
        np.testing.assert_allclose(term[f"term {k}"], np.outer(slope * d, h[k - 1]), rtol=1e-13)
        d = (np.diag(slope) @ n["U"]).T @ d


def test_bptt_goes_back_over_any_number_of_steps() -> None:
    steps = steps_of("bptt", x=[[1.0, 0.0]] * 5)
    assert len(steps) == 7
    np.testing.assert_allclose(steps[-1]["∂E_5/∂U of the scan"], steps[-1]["sum of the terms"], rtol=1e-12)


def test_vanishing_exploding_and_what_helps() -> None:
    lags, tanh, relu, normalised, clipped, gates = steps_of("vanishing")
    assert lags["T - k"].tolist() == [0, 1, 2, 5, 10, 20, 50]
    (fades,) = tanh.values()
    assert fades[0] == pytest.approx(1)
    assert (np.diff(fades) < 0).all()
    assert fades[-1] < 1e-5
    stays, grows = relu.values()
    assert stays[-1] > 0.5
    assert grows[-1] / grows[-2] == pytest.approx(1.2**30, rel=0.5)
    x = np.array([[3.0, -4], [5, -2], [4, -3], [6, -1]])
    np.testing.assert_allclose(normalised["x̂"], (x - x.mean(axis=0)) / x.std(axis=0), rtol=1e-4)
    assert clipped["clipped"].tolist() == [3.0, -4.0]
    shut, usual, wide = gates.values()
    assert shut[-1] < usual[-1] < wide[-1]


def test_a_short_gradient_is_not_clipped() -> None:
    assert steps_of("vanishing", g=[0.3, 0.4])[4]["clipped"].tolist() == [0.3, 0.4]


def test_both_sides_decide_what_stands_in_a_gap() -> None:
    n = numbers("bidirectional")
    left, right, filled, other = steps_of("bidirectional")
    before = np.tanh(n["W"] @ n["x"][0] + n["b"])
    after = np.tanh(n["W'"] @ n["x"][2] + n["b'"])
    instead = np.tanh(n["W'"] @ n["x'"] + n["b'"])
    np.testing.assert_allclose(left["→h"], before, rtol=1e-13)
    np.testing.assert_allclose(right["←h"], after, rtol=1e-13)
    np.testing.assert_allclose(filled["P"], softmax(n["V"] @ before + n["V'"] @ after), rtol=1e-13)
    np.testing.assert_allclose(other["P"], softmax(n["V"] @ before + n["V'"] @ instead), rtol=1e-13)
    np.testing.assert_allclose(other["P of →h alone"], softmax(n["V"] @ before), rtol=1e-13)
    assert n["candidates"][filled["P"].argmax()] == "不"
    assert n["candidates"][other["P"].argmax()] == "才"


def test_a_longer_right_side_is_read_from_its_end() -> None:
    n = numbers("bidirectional")
    x = np.vstack((n["x"], [[0.0, 0, 1]]))
    _, right, *_ = steps_of("bidirectional", words=["我", "___", "困", "了"], x=x.tolist())
    h = np.zeros(2)
    for step in (x[3], x[2]):
        h = np.tanh(n["W'"] @ step + n["U'"] @ h + n["b'"])
    np.testing.assert_allclose(right["←h"], h, rtol=1e-13)


@pytest.mark.parametrize("gap", [0, 2])
def test_a_gap_stands_between_words(gap: int) -> None:
    with pytest.raises(InputError, match="gap has to have words on both sides"):
        steps_of("bidirectional", gap=gap)


def test_lstm_gate_by_gate() -> None:
    n = numbers("lstm")
    _, *steps, kept = steps_of("lstm")
    h, c = n["h_0"], n["c_0"]
    for t, step in enumerate(steps, 1):
        z = {gate: n[f"W_{gate}"] @ n["x"][t - 1] + n[f"U_{gate}"] @ h + n[f"b_{gate}"] for gate in "ifoc"}
        i, f, o, candidate = sigmoid(z["i"]), sigmoid(z["f"]), sigmoid(z["o"]), np.tanh(z["c"])
        c = f * c + i * candidate
        h = o * np.tanh(c)
        expected = {"f": f, "i": i, "o": o, f"c̃_{t}": candidate, f"c_{t}": c, f"h_{t}": h}
        for name, value in expected.items():
            np.testing.assert_allclose(step[name], value, rtol=1e-12)
    for state in kept.values():
        np.testing.assert_allclose(state, n["c_0"], atol=1e-7)


def test_gru_gate_by_gate() -> None:
    n = numbers("gru")
    _, *steps, simple, kept = steps_of("gru")
    h = n["h_0"]
    for t, step in enumerate(steps, 1):
        x = n["x"][t - 1]
        r, z = (sigmoid(n[f"W_{gate}"] @ x + n[f"U_{gate}"] @ h + n[f"b_{gate}"]) for gate in "rz")
        candidate = np.tanh(n["W_h"] @ x + n["U_h"] @ (r * h) + n["b_h"])
        h = z * h + (1 - z) * candidate
        for name, value in {"r": r, "z": z, f"h̃_{t}": candidate, f"h_{t}": h}.items():
            np.testing.assert_allclose(step[name], value, rtol=1e-12)
    np.testing.assert_allclose(simple["h_T of the GRU"], simple["h_T of the RNN"], atol=1e-7)
    for state in kept.values():
        np.testing.assert_allclose(state, n["h_0"], atol=1e-7)


def test_attention_looks_where_the_state_makes_it_look() -> None:
    n = numbers("attention")
    scored, weighed, read, elsewhere = steps_of("attention")
    for state, alpha, context in (("s", weighed["α"], read["c"]), ("s'", elsewhere["α"], elsewhere["c"])):
        e = [n["v"] @ np.tanh(n["W"] @ h + n["U"] @ n[state]) for h in n["h"]]
        np.testing.assert_allclose(alpha, softmax(np.array(e)), rtol=1e-13)
        np.testing.assert_allclose(
            context, sum(a * h for a, h in zip(alpha, n["h"], strict=True)), rtol=1e-13
        )
    np.testing.assert_allclose(scored["e"], [n["v"] @ row for row in scored["tanh(W h_j + U s)"]], rtol=1e-13)
    assert n["words"][weighed["α"].argmax()] == "我"
    assert n["words"][elsewhere["α"].argmax()] == "喜欢"


def test_attention_scores_by_any_number_of_units() -> None:
    scored, *_ = steps_of("attention", W=[[1.0, 2.0, 3.0, 4.0]], U=[[1.0, 2.0]], v=[1.0])
    np.testing.assert_allclose(scored["e"], np.tanh(numbers("attention")["h"] @ [1.0, 2.0, 3.0, 4.0] + 1.0))
