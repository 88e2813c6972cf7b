-- A page of Quarto is made of what a page of the built-in engine is made of, so that one template
-- and one style sheet serve both: callouts and folds, parts that scroll, numbers with their margin.
local names = {}

local function is_html() return quarto.doc.is_format("html") end

local function raw(text) return pandoc.RawInline("html", text) end

local function read_names(meta)
  for kind, name in pairs(meta["callout-names"] or {}) do names[kind] = pandoc.utils.stringify(name) end
end

-- A part that unfolds is a <details>: it opens with the keyboard and without script.
local function on_page(callout)
  local folded = tostring(callout.collapse) == "true"
  local name = names[callout.type] or callout.type
  local title = callout.title and quarto.utils.as_inlines(callout.title) or pandoc.Inlines({})
  if #title == 0 then
    title = pandoc.Inlines({ pandoc.Str(name) })
  elseif not folded then
    title:insert(1, pandoc.Space())
    title:insert(1, pandoc.Span(name, pandoc.Attr("", { "screen-reader-only" })))
  end
  local around = folded and { "<summary>", "</summary>" } or { "", "" }
  title:insert(1, raw(around[1] .. '<div class="callout-title-container">'))
  title:insert(raw("</div>" .. around[2]))
  local class = "callout callout-" .. callout.type .. (folded and " callout-folded" or "")
  local tag = folded and "details" or "div"
  return pandoc.Blocks({
    pandoc.RawBlock("html", "<" .. tag .. ' class="' .. class .. '">'),
    pandoc.Plain(title),
    pandoc.Div(quarto.utils.as_blocks(callout.content), pandoc.Attr("", { "callout-body" })),
    pandoc.RawBlock("html", "</" .. tag .. ">"),
  })
end

local function in_style(blocks, style)
  return pandoc.Div(blocks, pandoc.Attr("", {}, { ["custom-style"] = style }))
end

-- In Word it is paragraphs in a style of the reference document, not a table with an icon, in
-- which the tables of the report would be narrow.
local function title_of(callout)
  return quarto.utils.as_inlines(callout.title or names[callout.type] or callout.type)
end

local function in_word(callout)
  return pandoc.Blocks({
    in_style({ pandoc.Para(title_of(callout)) }, "Callout Title"),
    in_style(quarto.utils.as_blocks(callout.content), "Callout"),
  })
end

-- In a PDF it is what the built-in engine writes; Quarto's own has colours and a box of its own.
local WARNINGS = { important = true, warning = true, caution = true }

local function in_typst(callout)
  local function typst(text) return pandoc.RawBlock("typst", text) end
  local blocks = pandoc.Blocks({ typst(WARNINGS[callout.type] and "#warning-callout[" or "#plain-callout[") })
  blocks:extend({ pandoc.Plain(title_of(callout)), typst("][") })
  blocks:extend(quarto.utils.as_blocks(callout.content))
  blocks:insert(typst("]"))
  return blocks
end

local function callout(one)
  if is_html() then return on_page(one) end
  return quarto.doc.is_format("docx") and in_word(one) or quarto.doc.is_format("typst") and in_typst(one) or nil
end

local function scrolling(float)
  if not is_html() then return nil end
  local about = { tabindex = "0", role = "group" }
  local caption = pandoc.utils.stringify(float.caption_long or "")
  if caption ~= "" then about["aria-label"] = caption end
  local is_table = float.type == "Table"
  float.content = pandoc.Div(
    quarto.utils.as_blocks(float.content),
    pandoc.Attr("", { is_table and "table-scroll" or "figure-scroll" }, is_table and about or {})
  )
  return float
end

-- A number and its margin stay on one line: 66% (56-75).
local function whole(list)
  if not is_html() then return nil end
  local kept = pandoc.Inlines({})
  local i = 1
  while i <= #list do
    local number, margin = list[i], list[i + 2]
    if margin and number.t == "Str" and list[i + 1].t == "Space" and margin.t == "Str"
      and number.text:match("^[^%a]*%d[%d.,]*%%?$") and margin.text:match("^%([^%a]*%d[^%a]*%)[.,;:]?$") then
      kept:insert(pandoc.Span({ number, list[i + 1], margin }, pandoc.Attr("", { "whole" })))
      i = i + 3
    else
      kept:insert(number)
      i = i + 1
    end
  end
  return kept
end

return {
  { Meta = read_names },
  { Callout = callout, FloatRefTarget = scrolling, Inlines = whole },
}
