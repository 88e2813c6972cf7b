-- A part that unfolds is a <details> in HTML, as on a page of the built-in engine: it opens with
-- the keyboard and without script.
local function html(text)
  return pandoc.RawBlock("html", text)
end

function Callout(callout)
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
