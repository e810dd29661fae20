/* What was left empty in a form is left out of the address that it makes: one reads and passes on shorter ones. */
for (const form of document.querySelectorAll("form[data-short-address]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
