"""The direction from English claims to Vietnamese ones, among the model's vectors (`record/matching/vector_maps.py`).

    python bench/direction.py > factcheck/record/matching/language_direction.json

From all claims that `languages.py` asks among but those that its posts are about; takes some minutes.
"""

import json

import numpy as np
from languages import HERE, posts, statements
from loading import own_server


def main() -> None:
    with own_server():
        from factcheck.record.matching import embeddings
        from factcheck.record.matching.vectors import embedded_text

        embeddings.without_language = lambda rows: rows
        skipped = {str(post.wanted) for post in posts(HERE / "languages.json")}
        of_languages: dict[bool, list[str]] = {True: [], False: []}
        for each in {each["id"]: each for each in statements()}.values():
            if each["id"] not in skipped:
                of_languages[each["language"] == "vi"].append(embedded_text(each))
        vietnamese, english = (
            np.mean(embeddings.LocalModel().embed_passages(of_languages[vi]), axis=0) for vi in (True, False)
        )
        direction = vietnamese - english
        numbers = [round(float(number), 5) for number in direction / np.linalg.norm(direction)]
        print(json.dumps(numbers).replace(", ", ",\n"))


if __name__ == "__main__":
    main()
