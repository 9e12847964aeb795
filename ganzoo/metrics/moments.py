"""Mean and covariance of features that arrive in batches, exact enough for Frechet distances."""

import contextlib

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.threads import one_blas_thread


class Moments:
    """Running count, mean and covariance of features [N, d], in float64.

    Each batch is centred on its own mean before its scatter matrix is formed, and joins the total by Chan's formula. Products
    in float32 would leave noise of 1e-7 in directions without variance, and its root, 3e-4, in a Frechet distance.

    Example:
        >>> features = np.random.default_rng(0).normal(size=(100, 3))
        >>> at_once, in_parts = ganzoo.metrics.Moments.of(features), ganzoo.metrics.Moments(3)
        >>> for batch in np.split(features, 4):
        ...     _ = in_parts.update(batch)
        >>> np.allclose(in_parts.covariance(), at_once.covariance())
        True

    Attributes:
        count: rows seen.
        mean: float64 [d].
        scatter: float64 [d, d]: the sum over rows of (x - mean)(x - mean)^T.

    Reference: Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance".
    """

    chunk = 4096  # rows of one product: bounds the centred copy

    def __init__(self, dim):
        self.count = 0
        self.mean = np.zeros(dim)
        self.scatter = np.zeros((dim, dim))

    @classmethod
    def of(cls, features):
        """The moments of `features` [N, d]."""
        features = np.asarray(features)
        if features.ndim != 2:
            raise UserError(f"features must have shape [N, d], not {list(features.shape)}")
        return cls(features.shape[1]).update(features)

    def update(self, features):
        """Adds the rows of `features` [n, d]; returns self.

        Raises:
            UserError: the rows are not [n, d], or hold NaN or infinite values.
        """
        features = np.asarray(features)
        if features.dtype not in (np.float32, np.float64):
            features = features.astype(np.float64)
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise UserError(f"features must have shape [n, {len(self.mean)}], not {list(features.shape)}")
        for start in range(0, len(features), self.chunk):
            rows = features[start : start + self.chunk]
            mean = rows.mean(axis=0, dtype=np.float64)
            if not np.isfinite(mean).all():
                raise UserError("features hold NaN or infinite values: check the extractor and the images that went in")
            centred = rows - mean
            with one_blas_thread() if rows.shape[1] <= 512 else contextlib.nullcontext():
                scatter = centred.T @ centred
            self._join(len(rows), mean, scatter)
        return self

    def merge(self, other):
        """Adds what another `Moments` has seen; returns self."""
        if len(other.mean) != len(self.mean):
            raise UserError(f"moments of {len(other.mean)} dimensions cannot join moments of {len(self.mean)}")
        self._join(other.count, other.mean, other.scatter)
        return self

    def covariance(self, ddof=1):
        """The covariance matrix, float64 [d, d]; unbiased unless `ddof` says otherwise.

        Raises:
            UserError: no more rows than `ddof` were seen.
        """
        if self.count <= ddof:
            raise UserError(f"a covariance of {self.count} samples is undefined: use more samples")
        return self.scatter / (self.count - ddof)

    def total_variance(self):
        """The trace of the unbiased covariance."""
        return float(np.trace(self.scatter)) / (self.count - 1)

    def _join(self, count, mean, scatter):
        if not count:
            return
        total = self.count + count
        step = mean - self.mean
        self.scatter += scatter
        if self.count:
            self.scatter += np.outer(step, step * (self.count * count / total))
        self.mean = self.mean + step * (count / total)
        self.count = total
