-- A part that unfolds is a <details> in HTML, as on a page of the built-in engine: it opens with
-- the keyboard and without script. In Word it is paragraphs in a style of the reference document,
-- not a table with an icon, in which the tables of the report would be narrow.
local function html(text)
  return pandoc.RawBlock("html", text)
end

local function in_style(blocks, style)
  return pandoc.Div(blocks, pandoc.Attr("", {}, { ["custom-style"] = style }))
end

function Callout(callout)
  if quarto.doc.is_format("docx") then
    local title = pandoc.Para(quarto.utils.as_inlines(callout.title or callout.type))
    return pandoc.Blocks({
      in_style({ title }, "Callout Title"),
      in_style(quarto.utils.as_blocks(callout.content), "Callout"),
    })
  end
  if not quarto.doc.is_format("html") or tostring(callout.collapse) ~= "true" then
    return nil
  end
  local class = "callout callout-" .. callout.type .. " callout-folded"
  local blocks = pandoc.Blocks({ html('<details class="' .. class .. '"><summary>') })
  blocks:insert(pandoc.Div({ pandoc.Plain(quarto.utils.as_inlines(callout.title)) }, pandoc.Attr("", { "callout-title-container" })))
  blocks:insert(html("</summary>"))
  blocks:insert(pandoc.Div(quarto.utils.as_blocks(callout.content), pandoc.Attr("", { "callout-body" })))
  blocks:insert(html("</details>"))
  return blocks
end
