// The admin's fields in which one types to choose say what they are called.
//
// select2 names such a field after what was chosen, so that an empty one has no name.

function name(select) {
  const label = document.querySelector(`label[for="${select.id}"]`);
  const field = select.nextElementSibling;
  if (!label || !field?.matches(".select2")) return;
  label.id ||= `label-of-${select.id}`;
  for (const part of field.querySelectorAll('[role="combobox"], [role="textbox"]')) {
    part.setAttribute("aria-labelledby", [label.id, part.id].filter(Boolean).join(" "));
  }
}

const all = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);

// After the admin's own scripts have made the fields, on the page and in new rows.
window.django?.jQuery?.(all);
document.addEventListener("formset:added", all);
