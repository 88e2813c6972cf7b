"""For those who sit at the workbench: interactive panels in JupyterLab."""
