"""The commands a gebiedsadviseur uses."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.registry.workbooks import edit
from wijkkit.cli.registry import app
from wijkkit.errors import RegistryError
from wijkkit.registry import open_registry
from wijkkit.study import open_study


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_template_import_export_and_import_again(study, tmp_path):
    out, folder = tmp_path / "noord.xlsx", study.folder
    assert run("template", "noord", "--out", out, "--study", folder).strip() == str(out)
    assert "7 nieuw" in run("import", out, "--who", "A", "--study", folder)
    run("export", "noord", "--out", out, "--study", folder, "--force")
    edit(out, {("Doelen", "B2"): "Vaker buiten"})
    assert "1 veranderd" in run("import", out, "--study", folder)
    with open_registry(open_study(folder)) as registry:
        assert registry.table("goals").loc[0, "name"] == "Vaker buiten"
        assert registry.history("goals")["who"].tolist()[0] == "A"


@pytest.mark.parametrize("command", ["template", "export"])
def test_a_file_that_is_there_is_kept(study, tmp_path, command):
    out = tmp_path / "noord.xlsx"
    out.write_text("mine")
    with pytest.raises(RegistryError, match="the file is there already"):
        run(command, "noord", "--out", out, "--study", study.folder)
    assert out.read_text() == "mine"
