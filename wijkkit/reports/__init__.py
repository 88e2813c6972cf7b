"""Reports: Quarto sources and executed notebooks become a site, PDF and DOCX."""
