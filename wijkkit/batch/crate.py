"""Export a run as an RO-Crate: its results with a machine-readable account of how they were made."""

from __future__ import annotations

from pathlib import Path

from wijkkit.batch.manifest import read_manifest
from wijkkit.batch.plan import output_path
from wijkkit.errors import BatchError
from wijkkit.study import Study

_KINDS = {".ipynb": "application/x-ipynb+json", ".parquet": "application/vnd.apache.parquet"}


def export_crate(study: Study, folder: str | Path) -> Path:
    """Write the last run of `study` as an RO-Crate.

    Parameters
    ----------
    folder : str or Path
        A new folder: executed notebooks that succeeded, released tables, the manifest, and
        ``ro-crate-metadata.json`` (RO-Crate 1.1, with the run as a CreateAction).

    Raises
    ------
    BatchError
        Nothing has run, the folder is there already, or the package rocrate is not installed.
    """
    try:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate
    except ImportError:
        raise BatchError(
            "the package rocrate is not installed", remedy="Install wijkkit[ro-crate]."
        ) from None
    manifest = read_manifest(study)
    folder = Path(folder)
    if folder.exists():
        raise BatchError("the folder is there already", file=folder.name, remedy="Give a new one.")
    crate = ROCrate()
    crate.name = manifest["study"]
    crate.description = f"Run {manifest['run']}: executed notebooks and released tables."
    crate.license = "Not for redistribution without consent of the study's owner."
    files = [
        crate.add_file(study.runs / path, path, properties=said)
        for path, said in _results(study, manifest)
    ]
    software = [
        crate.add(
            ContextEntity(
                crate,
                f"#{name}",
                properties={
                    "@type": "SoftwareApplication",
                    "name": name,
                    "softwareVersion": version,
                },
            )
        )
        for name, version in manifest["versions"].items()
    ]
    action = crate.add(
        ContextEntity(
            crate,
            f"#{manifest['run']}",
            properties={
                "@type": "CreateAction",
                "name": f"Run {manifest['run']}",
                "startTime": manifest["started"],
                "endTime": manifest["ended"],
            },
        )
    )
    action["instrument"], action["result"] = software, files
    crate.root_dataset["mentions"] = [action]
    crate.write(folder)
    return folder


def _results(study: Study, manifest: dict) -> list[tuple[str, dict[str, str]]]:
    """Return the run's files, relative to the runs folder, and what is said of each."""
    found = [("manifest.json", {"name": "Manifest", "encodingFormat": "application/json"})]
    for name, mark in manifest["released"].items():
        found.append(
            (f"released/{name}.parquet", _said(f"Released table {name}", ".parquet", mark))
        )
    for job in manifest["jobs"]:
        if job["status"] == "ok":
            title = f"Notebook {job['notebook']} ({job['scope']})"
            path = output_path(job["scope"], job["notebook"])
            found.append((path, _said(title, ".ipynb", job["output"])))
    return found


def _said(name: str, kind: str, mark: str) -> dict[str, str]:
    return {"name": name, "encodingFormat": _KINDS[kind], "sha256": mark}
