"""The default rating scale in Vietnamese and English, so that a newsroom can start immediately."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SLUG = "truth"
NAME = "Mức độ đúng sai / Truth scale"
WORST, BEST = 1, 5
# From the falsest to the truest verdict: slug, value and, for each language, the label and the explanation.
VERDICTS = [
    ("false", 1, {
        "vi": ("Sai sự thật", "Bằng chứng bác bỏ tuyên bố ở mọi điểm quan trọng."),
        "en": ("False", "The evidence contradicts the claim in everything that matters."),
    }),
    ("mostly-false", 2, {
        "vi": ("Phần lớn sai", "Có chi tiết đúng, nhưng ý chính sai hoặc gây hiểu lầm."),
        "en": ("Mostly false", "Something in the claim is right, but its main point is wrong or misleads."),
    }),
    ("half-true", 3, {
        "vi": ("Đúng một phần", "Một phần đúng, một phần khác quan trọng không kém lại sai."),
        "en": ("Half true", "One part of the claim is right and another, just as important, is wrong."),
    }),
    ("mostly-true", 4, {
        "vi": ("Phần lớn đúng", "Ý chính đúng; có chi tiết sai, thiếu hoặc chưa chắc chắn."),
        "en": ("Mostly true", "The main point is right; a detail is wrong, missing or not yet certain."),
    }),
    ("true", 5, {
        "vi": ("Đúng sự thật", "Bằng chứng xác nhận tuyên bố và không bỏ sót điều gì quan trọng."),
        "en": ("True", "The evidence confirms the claim, and nothing important is left out."),
    }),
    ("unproven", None, {
        "vi": ("Chưa có căn cứ", "Bằng chứng hiện có chưa đủ để xác nhận hay bác bỏ. Kết luận này không nằm trên thang từ sai đến đúng."),
        "en": ("Unproven", "The evidence at hand neither confirms nor refutes the claim. This says nothing about where it stands between false and true."),
    }),
]  # fmt: skip


def make_scale(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    scales = apps.get_model("editorial", "RatingScale").objects.using(alias)
    scale = scales.create(slug=SLUG, name=NAME, worst=WORST, best=BEST)
    for slug, value, labels in VERDICTS:
        verdict = (
            apps.get_model("editorial", "Verdict").objects.using(alias).create(scale=scale, slug=slug, value=value)
        )
        for language, (label, explanation) in labels.items():
            apps.get_model("editorial", "VerdictLabel").objects.using(alias).create(
                verdict=verdict, language=language, label=label, explanation=explanation
            )


class Migration(migrations.Migration):
    dependencies = [("editorial", "0002_rules")]

    operations = [migrations.RunPython(make_scale, migrations.RunPython.noop)]
