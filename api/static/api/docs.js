"use strict";

SwaggerUIBundle({
  url: document.getElementById("documentation").dataset.schema,
  dom_id: "#documentation",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
