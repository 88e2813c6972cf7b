"""Released numbers in the forms in which they are handed on: workbook, CSV, package, Swing."""
