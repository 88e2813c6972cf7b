"""What may be chosen in the registry's drop-downs."""

from __future__ import annotations

#: The choices of every drop-down; their labels are in the catalogue.
CHOICES: dict[str, tuple[str, ...]] = {
    "domain": ("gezond", "veilig", "talentontwikkeling"),
    "role": (
        "gebiedsadviseur", "municipality", "wijkteam", "youth_health_care", "school", "childcare",
        "police", "welfare", "sport", "health_care", "housing", "parents", "other",
    ),
    "step": ("1", "2", "3", "4", "5", "6"),
    "step_status": ("not_started", "running", "done", "skipped"),
    "goal_status": ("proposed", "adopted", "reached", "dropped"),
    "evidence": ("none", "1", "2", "3", "4"),
    "prevention": ("universal", "selective", "indicated"),
    "scope": ("city_wide", "local"),
    "intervention_status": ("planned", "running", "stopped"),
    "presence": ("present", "excused", "absent"),
    "yes_no": ("yes", "no"),
    "document_type": ("plan", "minutes", "report", "agreement", "other"),
    "decision_status": ("open", "taken", "carried_out", "withdrawn"),
    "clash": ("city_programme", "procurement", "rules", "capacity", "other"),
    "flag_status": ("open", "solved"),
}  # fmt: skip
