"""JupyterLab as `make lab` starts it: at the start page, with the whole project."""

c = get_config()  # noqa: F821
c.LabApp.default_url = "/lab/tree/notebooks/index.ipynb"
# What a panel on the sources shows is never saved with its notebook.
c.ContentsManager.pre_save_hook = "wijkkit.workbench.saving.forget_widgets"
# Nothing is asked of other hosts.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
