"""Ratios within one run, what they are held to, and whether they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

from bench.measuring import Figure, Round

Kind = Literal["throughput", "cost"]


@dataclass(frozen=True)
class Limit:
    """Of two rows, how much of the other's throughput one must reach, or times its cost.

    Both are told by CPU time, which is the steadiest; requests a second stand beside it.
    """

    part: str
    says: str
    ours: str
    other: str
    kind: Kind
    bound: float

    @property
    def told(self) -> str:
        return f"{'at least' if self.kind == 'throughput' else 'at most'} {self.bound:g}"


@dataclass(frozen=True)
class Verdict:
    """A limit, the ratios of the rounds, and whether it holds."""

    says: str
    told: str
    ratio: float | None  # the median round's, by CPU time; None where it was not measured
    lowest: float = 0
    highest: float = 0
    by_rate: float | None = None
    trouble: str = ""
    holds: bool = False


def judge(limit: Limit, figures: Mapping[str, Figure]) -> Verdict:
    """Return whether a limit holds, round against round, by the median of their ratios.

    What was not measured does not hold, nor what has trouble.
    """
    ours, other = figures.get(limit.ours), figures.get(limit.other)
    if not ours or not other:
        missing = limit.other if ours else limit.ours
        return Verdict(limit.says, limit.told, None, trouble=f"not measured: {missing}")
    pairs = list(zip(ours.rounds, other.rounds, strict=True))
    ratios = [_by_cpu(limit, mine, its) for mine, its in pairs]
    trouble = ours.trouble or other.trouble
    ratio = median(ratios)
    return Verdict(
        limit.says,
        limit.told,
        ratio,
        min(ratios),
        max(ratios),
        median(_by_rate(limit, mine, its) for mine, its in pairs),
        trouble,
        not trouble and _is_within(limit, ratio),
    )


def at_most(says: str, value: float | None, bound: float, unit: str = "") -> Verdict:
    """Return whether one value, which is no ratio of rows, is within its bound."""
    told = f"at most {bound:g}{unit}"
    if value is None:
        return Verdict(says, told, None, trouble="not measured")
    return Verdict(says, told, value, value, value, holds=value <= bound)


def _is_within(limit: Limit, ratio: float) -> bool:
    # A ratio is told with two decimals, and counts as it is told.
    told = round(ratio, 2)
    return told >= limit.bound if limit.kind == "throughput" else told <= limit.bound


def _by_cpu(limit: Limit, mine: Round, its: Round) -> float:
    return its.cpu / mine.cpu if limit.kind == "throughput" else mine.cpu / its.cpu


def _by_rate(limit: Limit, mine: Round, its: Round) -> float:
    return mine.rate / its.rate if limit.kind == "throughput" else its.rate / mine.rate
