"""What every ``retrieval.types.Encoder`` keeps."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.types import Encoder


class EncoderContract:
    """Inherit and give the fixture ``encoder``."""

    TEXTS = ("居住证办理", "结婚登记需要什么材料", "ABC 123", "居住证办理")

    @pytest.fixture
    def encoder(self) -> Encoder:
        raise NotImplementedError

    def test_shape_and_type(self, encoder: Encoder) -> None:
        vectors = encoder.encode(self.TEXTS)
        assert vectors.shape == (4, encoder.dimensions)
        assert vectors.dtype == np.float32

    def test_unit_length(self, encoder: Encoder) -> None:
        lengths = np.linalg.norm(encoder.encode(self.TEXTS[:2]), axis=1)
        assert np.allclose(lengths, 1, atol=1e-5)

    def test_repeatable_and_independent_of_neighbours(self, encoder: Encoder) -> None:
        together = encoder.encode(self.TEXTS)
        assert np.allclose(together[0], together[3], atol=1e-6)
        assert np.allclose(together[1], encoder.encode([self.TEXTS[1]])[0], atol=1e-5)

    def test_nothing_gives_nothing(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, encoder.dimensions)

    def test_empty_text_gives_finite_numbers(self, encoder: Encoder) -> None:
        assert np.isfinite(encoder.encode([""])).all()

    def test_script_and_width_make_no_difference(self, encoder: Encoder) -> None:
        one, other = encoder.encode(["辦理結婚登記１２", "办理结婚登记12"])
        assert np.allclose(one, other, atol=1e-6)

    def test_name_says_something(self, encoder: Encoder) -> None:
        assert encoder.name
        assert encoder.name == encoder.name.strip()
