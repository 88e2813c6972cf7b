-- Runs before Quarto renders the folder of the sources.
io.stderr:write([[
These are the sources of the reports, without the notebooks that they show.
Make the reports with:        wijkkit report
Or, with Quarto:              wijkkit report --engine quarto
After that 'quarto render' in the folder <runs>/reports makes the staged pages again.
]])
os.exit(1)
