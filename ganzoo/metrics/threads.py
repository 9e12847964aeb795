"""One thread for linear algebra and clustering whose threads would wait for each other more than they work.

Factorisations and small products are so on any machine: a second thread saves little where a core is idle, and where none
is, the waiting takes up to a hundred times as long as the work. Large products keep all threads.
"""

import functools

import threadpoolctl


def one_thread():
    """A context in which NumPy, SciPy and scikit-learn use one thread."""
    return threadpoolctl.threadpool_limits(1)


def one_blas_thread():
    """A context in which NumPy's linear algebra uses one thread; enters in microseconds."""
    return _blas().limit(limits=1, user_api="blas")


@functools.cache
def _blas():
    return threadpoolctl.ThreadpoolController()  # looking for libraries takes milliseconds: once
