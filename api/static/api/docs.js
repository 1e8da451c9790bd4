"use strict";

// The style sheet has a dark mode. Swagger UI switches it in a part that this page does not use.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  url: document.getElementById("documentation").dataset.schema,
  dom_id: "#documentation",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
