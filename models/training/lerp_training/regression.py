"""A regression over the candidates of a request: candidate i is right with exp(s_i) / (1 + sum exp(s_j)), none of them with the rest;
s is a weighted sum of features. Fitted by Newton's method with a penalty on the weights of scaled features, not on the bias.

Axes: N requests · M candidates, filled up · F features and, last, the bias
"""

from dataclasses import dataclass, replace

import numpy as np

NONE = -1  # the right answer where no candidate is


@dataclass(frozen=True)
class Requests:
    x: np.ndarray  # (N,M,F)
    there: np.ndarray  # (N,M), bool
    right: np.ndarray  # (N,), number of the first right candidate or NONE
    weight: np.ndarray  # (N,)

    def only(self, chosen: np.ndarray) -> "Requests":
        return Requests(self.x[chosen], self.there[chosen], self.right[chosen], self.weight[chosen])

    def columns(self, kept: list[int]) -> "Requests":
        return replace(self, x=self.x[:, :, kept])


def probabilities(x: np.ndarray, there: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(N,M,F), (N,M), (F + 1,) -> (N,M), 0 where there is no candidate; what is missing to 1 is that of none."""
    score = np.where(there, x @ weights[:-1] + weights[-1], -np.inf)
    highest = np.maximum(score.max(1, initial=0.0), 0.0)
    raised = np.exp(score - highest[:, None])
    return raised / (np.exp(-highest) + raised.sum(1))[:, None]


def log_likelihood(p: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Of each request, (N,)."""
    own = np.take_along_axis(np.pad(p, ((0, 0), (0, 1))), right[:, None], 1)[:, 0]  # NONE reads the padding
    return np.log(np.maximum(np.where(right == NONE, 1 - p.sum(1), own), 1e-9))


def fit(data: Requests, penalty: float, steps: int = 30) -> np.ndarray:
    """(F + 1,) weights of the features as they come, and the bias."""
    seen = data.x[data.there]
    mean, scale = seen.mean(0), seen.std(0)
    scale = np.where(scale > 1e-6, scale, np.inf)  # what never changes says nothing
    x = np.concatenate([(data.x - mean) / scale, np.ones((*data.there.shape, 1))], 2) * data.there[..., None]
    chosen = np.zeros(data.there.shape)
    rows = np.flatnonzero(data.right != NONE)
    chosen[rows, data.right[rows]] = 1.0
    weights = np.zeros(x.shape[2])
    penalties = np.append(np.full(x.shape[2] - 1, penalty), 1e-6)

    def loss(w: np.ndarray) -> float:
        p = probabilities(x[:, :, :-1], data.there, w)
        return float(-(data.weight * log_likelihood(p, data.right)).sum() + 0.5 * (penalties * w * w).sum())

    now = loss(weights)
    for _ in range(steps):
        p = probabilities(x[:, :, :-1], data.there, weights)
        gradient = np.einsum("n,nm,nmf->f", data.weight, p - chosen, x, optimize=True) + penalties * weights
        mean_x = np.einsum("nm,nmf->nf", p, x)
        weighted = x * np.sqrt(data.weight[:, None] * p)[..., None]
        hessian = np.tensordot(weighted, weighted, ([0, 1], [0, 1])) - (mean_x * data.weight[:, None]).T @ mean_x + np.diag(penalties)
        step = np.linalg.solve(hessian, gradient)
        factor = 1.0
        while (then := loss(weights - factor * step)) > now and factor > 1e-4:
            factor /= 2
        weights, gained, now = weights - factor * step, now - then, then
        if gained < 1e-7 * max(1.0, now):
            break
    scaled = weights[:-1] / scale
    return np.append(scaled, weights[-1] - scaled @ mean)


def held_out(data: Requests, folds: np.ndarray, penalty: float) -> np.ndarray:
    """(N,M) probabilities, each request's by what the other folds taught."""
    p = np.zeros(data.there.shape)
    for fold in np.unique(folds):
        inside = folds == fold
        p[inside] = probabilities(data.x[inside], data.there[inside], fit(data.only(~inside), penalty))
    return p
