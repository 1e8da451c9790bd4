"""The language of short texts, and the texts that stay without a language."""

import pytest

from factcheck.tools.language_detection import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vaccine COVID-19 chứa vi mạch theo dõi", "vi"),
        ("Giá xăng tăng mạnh từ ngày mai", "vi"),
        ("The FDA has approved an at-home COVID-19 test.", "en"),
        ("Cette vidéo montre une inondation à Paris", "fr"),
        ("El presidente dijo que subirán los impuestos", "es"),
        ("Das Video zeigt eine Überschwemmung in Köln", "de"),
        ("Presiden mengatakan bahwa pajak akan naik tahun depan", "id"),
        ("Видео показывает наводнение в Москве", "ru"),
        ("الفيديو يظهر فيضانات في القاهرة", "ar"),
        ("वीडियो में मुंबई की बाढ़ दिखाई गई है", "hi"),
        ("วัคซีนทำให้เกิดออทิสติก", "th"),
        ("ワクチンは自閉症を引き起こす", "ja"),
        ("", None),
        ("False", None),
        ("Bill Gates", None),
        ("COVID-19", None),
        ("Moderna Pfizer", None),
        ("https://example.org", None),
        ("12345", None),
    ],
)
def test_detect_language(text: str, language: str | None) -> None:
    assert detect_language(text) == language
