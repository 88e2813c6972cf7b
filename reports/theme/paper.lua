-- What reports need on paper besides what Quarto does: figures, and in Word tables and contents.
-- Figures are no larger than a page has room for, in Word PNG with their alt text.
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

-- Tables: columns as wide as their words (wijkkit/reports/paper.py has the same rule); in Word in
-- the styles that the reference document has for them, and not inside a table of Quarto's own.
local LINE, SMALL_LINE, LONGEST, WORD, LEAST_WORD, GAP = 82, 92, 45, 20, 5, 3
local WHOLE = "\u{00a0}"

local function rows_of(t, below)
  local rows = below and pandoc.List() or t.head.rows:clone()
  for _, body in ipairs(t.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(t.foot.rows)
  return rows
end

local function texts_of(t, below)
  local texts = pandoc.List()
  for i in ipairs(t.colspecs) do texts[i] = pandoc.List() end
  for _, row in ipairs(rows_of(t, below)) do
    if #row.cells == #t.colspecs then
      for i, cell in ipairs(row.cells) do texts[i]:insert(pandoc.utils.stringify(cell.contents)) end
    end
  end
  return texts
end

local function longest_word(texts, most)
  local longest = 0
  for _, text in ipairs(texts) do
    text = text:gsub("(%d[%d.,]*%%?) (%(%d)", "%1" .. WHOLE .. "%2")
    for word in text:gmatch("[^ ]+") do
      local length = utf8.len(word) or #word
      if most and not word:find(WHOLE, 1, true) then length = math.min(length, most) end
      longest = math.max(longest, length)
    end
  end
  return math.min(longest, WORD)
end

local function sum_of(numbers)
  local sum = 0
  for _, number in ipairs(numbers) do sum = sum + number end
  return sum
end

-- Where the longest words do not fit side by side, those of the heads are hyphenated first; where
-- that is not enough, the longest of all. A number and its margin never are.
local function least_of(texts, bodies, line)
  local most = WORD
  local function longest(column) return longest_word(column, most) + GAP end
  local below = bodies:map(longest)
  while sum_of(below) > line and most > LEAST_WORD do
    most = most - 1
    below = bodies:map(longest)
  end
  local least = texts:map(longest)
  local all = sum_of(least)
  if all <= line then return least end
  local bare = sum_of(below)
  local part = all > bare and math.max(0, (line - bare) / (all - bare)) or 0
  for i in ipairs(texts) do least[i] = below[i] + part * (least[i] - below[i]) end
  return least
end

local function widths_of(texts, bodies, line)
  local needed, mean, least = {}, {}, least_of(texts, bodies, line)
  local left, more = line - sum_of(least), 0
  for i, column in ipairs(texts) do
    local longest, sum, filled = 0, 0, 0
    for _, text in ipairs(column) do
      local length = utf8.len(text) or #text
      longest, sum = math.max(longest, length), sum + length
      if length > 0 then filled = filled + 1 end
    end
    needed[i] = longest + GAP
    mean[i] = math.min(sum / math.max(1, filled), LONGEST) + GAP
    more = more + math.max(mean[i] - least[i], 0)
  end
  if sum_of(needed) <= line then
    return needed, line, true
  end
  local part = more > 0 and math.min(1, math.max(left, 0) / more) or 0
  for i in ipairs(texts) do least[i] = least[i] + part * math.max(mean[i] - least[i], 0) end
  return least, sum_of(least), false
end

local function is_dense(texts)
  local sum = 0
  for _, column in ipairs(texts) do sum = sum + longest_word(column) + GAP end
  return sum > LINE
end

local function with_widths(t, texts, always)
  local shares, whole, narrow = widths_of(texts, texts_of(t, true), always and is_dense(texts) and SMALL_LINE or LINE)
  for i, share in ipairs(shares) do
    local align = t.colspecs[i][1]
    if align == pandoc.AlignDefault then align = pandoc.AlignLeft end
    t.colspecs[i] = { align, (always or not narrow) and share / whole or nil }
  end
  return t
end

-- A table is divided where its words do not fit side by side however they are hyphenated; each part
-- then has room for its longest words, and the parts are about as wide.
local function filled(widths, room)
  local parts, used = pandoc.List({ pandoc.List() }), 0
  for at, width in ipairs(widths) do
    if #parts[#parts] > 0 and used + width > room then
      parts:insert(pandoc.List())
      used = 0
    end
    parts[#parts]:insert(at + 1)
    used = used + width
  end
  return parts
end

local function part_of(t, columns, first)
  local part = t:clone()
  if not first then part.attr, part.caption = pandoc.Attr(), pandoc.Caption({}) end
  local function chosen(list) return columns:map(function(at) return list[at] end) end
  part.colspecs = chosen(t.colspecs)
  for _, row in ipairs(rows_of(part)) do row.cells = chosen(row.cells) end
  return part
end

local function divided(t)
  local least, fits = 0, true
  for _, column in ipairs(texts_of(t, true)) do least = least + longest_word(column, LEAST_WORD) + GAP end
  for _, row in ipairs(rows_of(t)) do fits = fits and #row.cells == #t.colspecs end
  if least <= SMALL_LINE or not fits then return pandoc.List({ t }) end
  local widths = texts_of(t):map(function(column) return longest_word(column) + GAP end)
  local first = widths:remove(1)
  local most = math.max(table.unpack(widths))
  local room = math.max(LINE - first, most)
  local parts = filled(widths, room)
  while room > most and #filled(widths, room - 1) == #parts do
    room = room - 1
    parts = filled(widths, room)
  end
  return parts:map(function(columns)
    columns:insert(1, 1)
    return part_of(t, columns, columns[2] == 2)
  end)
end

local function in_style_of(style, blocks)
  return pandoc.Div(blocks, pandoc.Attr("", {}, { ["custom-style"] = style }))
end

local function in_style(rows, style)
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      local blocks = cell.contents:map(function(block)
        return block.t == "Plain" and pandoc.Para(block.content) or block
      end)
      cell.contents = pandoc.Blocks({ in_style_of(style, blocks) })
    end
  end
end

local function holds_table(t)
  local rows = rows_of(t)
  if #t.colspecs ~= 1 or #rows ~= 1 then return nil end
  local inside = rows[1].cells[1].contents
  local found = false
  inside:walk({ Table = function() found = true end, Image = function() found = true end })
  return found and inside or nil
end

local function typst(text) return pandoc.RawBlock("typst", text) end

-- A table of no more rows and characters stays on one page.
local FEW_ROWS, FEW_CHARACTERS = 9, 1200

local function is_short(texts)
  local cells, characters = 0, 0
  for _, column in ipairs(texts) do
    cells = cells + #column
    for _, text in ipairs(column) do characters = characters + (utf8.len(text) or #text) end
  end
  return cells <= FEW_ROWS * math.max(1, #texts) and characters <= FEW_CHARACTERS
end

local function in_typst(t)
  local texts = texts_of(t)
  local sized = with_widths(t, texts)
  return is_short(texts) and { typst("#whole["), sized, typst("]") } or { sized }
end

local function in_word(t)
  local texts = texts_of(t)
  with_widths(t, texts, true)
  local size = is_dense(texts) and " Small" or ""
  in_style(t.head.rows, "Table Head" .. size)
  for _, body in ipairs(t.bodies) do
    in_style(body.head, "Table Head" .. size)
    in_style(body.body, "Table Text" .. size)
  end
  in_style(t.foot.rows, "Table Text" .. size)
  return { t }
end

function Table(t)
  if quarto.doc.is_format("html") then
    return nil
  end
  local for_form = quarto.doc.is_format("typst") and in_typst or in_word
  local inside = for_form == in_word and holds_table(t)
  if inside then
    return inside
  end
  local blocks = pandoc.Blocks({})
  for _, part in ipairs(divided(t)) do blocks:extend(for_form(part)) end
  return blocks
end

-- Words and their meanings as paragraphs in two columns, which a list cannot be.
function DefinitionList(list)
  if not quarto.doc.is_format("typst") then
    return nil
  end
  local blocks = pandoc.Blocks({ typst("#two-columns(") })
  for _, item in ipairs(list.content) do
    blocks:insert(typst("["))
    local said = pandoc.Blocks({})
    for _, meaning in ipairs(item[2]) do said:extend(meaning) end
    local head = pandoc.Inlines({ pandoc.Strong(item[1]), pandoc.LineBreak() })
    if said[1] then
      head:extend(said[1].content)
      said:remove(1)
    end
    blocks:insert(pandoc.Para(head))
    blocks:extend(said)
    blocks:insert(typst("],"))
  end
  blocks:insert(typst(")"))
  return blocks
end

-- Where a notebook lies on the machine that made a page is nobody's business.
function Div(div)
  if quarto.doc.is_format("html") then
    if not div.classes:includes("quarto-embed-nb-cell") then return nil end
    return div.content
  end
  if div.classes:includes("concept") then
    return div.content:map(function(block) return pandoc.Para({ pandoc.Strong(block.content) }) end)
  elseif div.classes:includes("colophon") and quarto.doc.is_format("typst") then
    local blocks = pandoc.Blocks({ typst("#colophon[") })
    blocks:extend(div.content)
    blocks:insert(typst("]"))
    return blocks
  end
end

-- Quarto writes the properties of a caption's paragraph beside those that Pandoc writes, and Word
-- may have them once: captions get the styles of the reference document instead. So do figures,
-- which stay with their caption and have not the ground of the fold they stand in.
local function holds(block)
  local found = block.t == "Table"
  if block.t == "Div" then block:walk({ Table = function() found = true end }) end
  return found
end

local function with_style(block, following)
  local first = (block.t == "Para" or block.t == "Plain") and block.content[1]
  if first and first.t == "Image" and #block.content == 1 then
    return in_style_of("Captioned Figure", { pandoc.Para(block.content) })
  end
  if not first or first.t ~= "RawInline" or not first.text:match("^<w:pPr>") then return block end
  block.content:remove(1)
  if not first.text:match('"ImageCaption"') then return block end
  local table = following and pandoc.Blocks({ following }):find_if(holds)
  return in_style_of(table and "Table Caption" or "Image Caption", { pandoc.Para(block.content) })
end

function Blocks(blocks)
  if not quarto.doc.is_format("docx") then return nil end
  for i, block in ipairs(blocks) do blocks[i] = with_style(block, blocks[i + 1]) end
  return blocks
end

-- A number and its margin stay on one line: 66% (56-75).
function Inlines(list)
  if not quarto.doc.is_format("docx") then
    return nil
  end
  for i, item in ipairs(list) do
    local before, after = list[i - 1], list[i + 1]
    if item.t == "Space" and before and after and before.t == "Str" and after.t == "Str" then
      local signed = after.text:gsub("^%(\u{2212}", "("):gsub("^%(%+", "(")
      if before.text:match("[%d%%]$") and signed:match("^%(%d") then list[i] = pandoc.Str("\u{00a0}") end
    elseif item.t == "Str" then
      list[i].text = item.text:gsub("(%d)\u{2013}(%d)", "%1\u{2011}%2"):gsub("(%d)%-(%d)", "%1\u{2011}%2")
    end
  end
  return list
end

-- The contents in Word, filled with what Word makes of the headings when it updates them.
local function escaped(text)
  return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["\""] = "&quot;" }))
end

local function contents(doc)
  local lines, counts = pandoc.List(), { 0, 0 }
  local opening = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
    .. ' TOC \\o "1-2" \\n \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
  local numbered = PANDOC_WRITER_OPTIONS.number_sections
  local first = nil -- level of the sections, whose headings Pandoc may have shifted
  doc.blocks:walk({
    traverse = "topdown",
    Header = function(head)
      if head.identifier == "" then return nil end
      first = first or head.level
      local number, level = "", head.level - first + 1
      if level > 2 then return nil end
      if numbered and not head.classes:includes("unnumbered") then
        counts[level] = counts[level] + 1
        if level == 1 then counts[2] = 0 end
        number = (level == 1 and counts[1] or counts[1] .. "." .. counts[2]) .. " "
      end
      lines:insert(
        '<w:p><w:pPr><w:pStyle w:val="TOC' .. level .. '"/></w:pPr>' .. (#lines == 0 and opening or "")
        .. '<w:hyperlink w:anchor="' .. escaped(head.identifier) .. '"><w:r><w:t xml:space="preserve">'
        .. escaped(number .. pandoc.utils.stringify(head.content)) .. "</w:t></w:r></w:hyperlink></w:p>"
      )
    end,
  })
  if #lines == 0 then return {} end
  local text = table.concat(lines, "\n") .. '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
  local title = pandoc.Para(pandoc.utils.stringify(doc.meta["toc-title"] or ""))
  return {
    pandoc.Div({ title }, pandoc.Attr("", {}, { ["custom-style"] = "TOC Heading" })),
    pandoc.RawBlock("openxml", text),
  }
end

-- In a summary of two pages a long table is cut, and says so.
local ROWS = 35

local function shortened(doc)
  local said = pandoc.utils.stringify(doc.meta["more-rows"])
  return doc:walk({
    Table = function(t)
      local left = #t.bodies == 1 and #t.bodies[1].body - ROWS or 0
      if left <= 0 then return nil end
      while #t.bodies[1].body > ROWS do t.bodies[1].body:remove() end
      local words = said:gsub("#", tostring(left))
      return { t, pandoc.Para(words) }
    end,
  })
end

function Pandoc(doc)
  if quarto.doc.is_format("typst") and doc.meta["more-rows"] then
    return shortened(doc)
  end
  if quarto.doc.is_format("docx") then
    local blocks = pandoc.Blocks(contents(doc))
    blocks:extend(doc.blocks)
    doc.blocks = blocks
  end
  return doc
end
