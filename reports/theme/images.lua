-- Figures on paper: no larger than a page has room for, in Word as PNG with their alt text.
-- Pandoc needs another program for SVG in Word; Quarto's Typst makes PNG.
local WIDTH, HEIGHT = 16.2, 19.5 -- centimetres

local function size_of(path)
  local file = io.open(path, "rb")
  local head = file and file:read(4096) or ""
  if file then file:close() end
  local width, height = head:match('viewBox="[%d.%-]+ [%d.%-]+ ([%d.]+) ([%d.]+)"')
  if not width then return WIDTH, HEIGHT end
  width, height = width / 72 * 2.54, height / 72 * 2.54
  local scale = math.min(1, WIDTH / width, HEIGHT / height)
  return width * scale, height * scale
end

local function drawn(path)
  local page = "#set page(width: auto, height: auto, margin: 0pt)\n#image(\"" .. path .. "\")"
  return pandoc.pipe(quarto.paths.typst(), { "compile", "--format", "png", "--ppi", "180", "-", "-" }, page)
end

function Image(image)
  if not image.src:match("%.svg$") or quarto.doc.is_format("html") then
    return nil
  end
  local width, height = size_of(image.src)
  image.attributes.width = string.format("%.2fcm", width)
  if quarto.doc.is_format("typst") then
    return image
  end
  local alt = image.attributes["fig-alt"] or image.attributes.alt
  if alt then
    image.caption = { pandoc.Str(alt) }
  end
  image.attributes.height = string.format("%.2fcm", height)
  local path = image.src
  image.src = path:gsub("svg$", "png")
  pandoc.mediabag.insert(image.src, "image/png", drawn(path))
  return image
end
