"""The programme's theory held against the data: boxes, their state, the assumptions between."""

from wijkkit.evaluation.logic_model.boxes import assumption_findings, box_findings, element_states

__all__ = ["assumption_findings", "box_findings", "element_states"]
