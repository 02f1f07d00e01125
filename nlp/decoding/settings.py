"""How text is sampled from a language model."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import check, setting


@dataclass(frozen=True)
class Sampling:
    """How a token is drawn. The defaults draw from the model's own distribution.

    Equation: s_v = log P(v) - mean_u log P(u),   s_v ← s_v / θ if s_v > 0 else s_v θ   for v just used
              weight_v = exp(s_v / temperature)   for the `top_k` best, then for the nucleus of these
    The penalty needs scores with a sign: a positive one is divided by θ, a negative one multiplied, which
    lowers both. Logits would do, but a model gives log P, which is logits less a constant; less their mean,
    s has mean 0, as trained logits nearly have, since their gradient sums to 0.

    θ is `repetition_penalty`.

    Raises: SettingError, naming the setting, its value and its limits
    Source: Ackley, Hinton & Sejnowski 1985, "A learning algorithm for Boltzmann machines" (temperature); Fan,
            Lewis & Dauphin 2018, "Hierarchical neural story generation" (top k); Holtzman, Buys, Du, Forbes &
            Choi 2020, "The curious case of neural text degeneration", §3.1 (nucleus); Keskar, McCann,
            Varshney, Xiong & Socher 2019, "CTRL: a conditional transformer language model for controllable
            generation", §4.1 (penalty)
    """

    temperature: float = setting(
        1.0,
        "Below 1 favours probable tokens more, above 1 less; 0 always takes the most probable.",
        low=0,
    )
    top_k: int | None = setting(
        None, "Draw from this many most probable tokens only.", low=1, idle={"temperature": (0.0,)}
    )
    top_p: float = setting(
        1.0,
        "Draw from the fewest tokens that hold this share of probability.",
        above=0,
        high=1,
        idle={"temperature": (0.0,)},
    )
    repetition_penalty: float = setting(
        1.0,
        "Above 1, lower the score of tokens that have just been used, by this factor.",
        low=0.01,
        high=100,
    )
    repetition_window: int = setting(
        64,
        "How many of the last tokens, the prompt's among them, `repetition_penalty` looks at.",
        low=1,
        idle={"repetition_penalty": (1.0,)},
    )

    def __post_init__(self) -> None:
        check(self)
