"""Choose quotes from the demo's group interviews, and word them, as a researcher would."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.demo import truth
from wijkkit.evaluation.process.interviews import write_quote_file
from wijkkit.files import replacing
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.study import Study

#: Arm and code -> what readers get to see.
CHOSEN = {
    ("programme", "Registratie lukt niet"): "Niemand houdt bij hoeveel kinderen er komen.",
    ("programme", "Keuze is moeilijk"): "Het bleef lastig om uit al dat aanbod te kiezen.",
    ("programme", "Breed netwerk"): "We weten nu wie we moeten bellen.",
    ("comparator", "Wisseling van mensen"): "Aan tafel zit steeds een ander.",
}


def write_chosen_quotes(study: Study, path: Path) -> None:
    """Write the file of quotes, and fill in `CHOSEN` for the last wave."""
    path.unlink(missing_ok=True)
    write_quote_file(study, load_group_interviews(study).segments, path)
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    first = ~rows.duplicated(["arm", "wave", "code"]) & rows["wave"].eq(truth.WAVES[-1])
    shown = [CHOSEN.get(key, "") for key in zip(rows["arm"], rows["code"], strict=True)]
    rows["shown"] = pd.Series(shown).where(first, "")
    rows["use"] = rows["shown"].ne("").map({True: "yes", False: ""})
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(rows.to_csv(index=False).encode("utf-8-sig"))
