"""Distances on the earth and how they are said."""

import numpy as np
from numpy.typing import NDArray

from knowledge.places.place import Point

EARTH_METRES = 6_371_008.8
"""Mean radius of the earth."""


def unit_vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (n, 3), for degrees of shape (n,)."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def metres_from(point: Point, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distances in metres from a point to unit vectors, shape (n,). Exact for near and far alike."""
    here = unit_vectors(np.array([point.lat]), np.array([point.lon]))[0]
    chord = np.linalg.norm(vectors - here, axis=1)
    metres: NDArray[np.float64] = 2 * EARTH_METRES * np.arcsin(np.clip(chord / 2, 0, 1))
    return metres


def distance_words(metres: float) -> str:
    """`350m`, `1.2km`, `23km`: as exact as helps."""
    if metres < 995:
        return f"{max(10, round(metres / 10) * 10)}m"
    if metres < 9_950:
        return f"{metres / 1000:.1f}km"
    return f"{round(metres / 1000)}km"
