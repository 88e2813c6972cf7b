-- A staged table is HTML in Markdown. On paper it is read here, before Quarto does: for a PDF it
-- starts itself once more for every table, to look at style sheets that these do not have.
function RawBlock(block)
  if block.format ~= "html" or quarto.doc.is_format("html") or not block.text:match("<table[%s>]") then
    return nil
  end
  return pandoc.read(block.text, "html").blocks
end
