-- The Word document of a real Quarto. Pandoc needs another program for SVG; Quarto's Typst makes PNG.
function Image(image)
  local alt = image.attributes["fig-alt"] or image.attributes.alt
  if alt then
    image.caption = { pandoc.Str(alt) }
  end
  if image.src:match("%.svg$") then
    local page = "#set page(width: auto, height: auto, margin: 0pt)\n#image(\"" .. image.src .. "\")"
    local options = { "compile", "--format", "png", "--ppi", "180", "-", "-" }
    image.src = image.src:gsub("svg$", "png")
    pandoc.mediabag.insert(image.src, "image/png", pandoc.pipe(quarto.paths.typst(), options, page))
  end
  return image
end
