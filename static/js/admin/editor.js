/* CKEditor as this house needs it: our token on every upload, refusals in our words, and a picture dialog
   that asks for a description and a caption and offers nothing that would be taken away when saving. */
"use strict";
(() => {
  const { CKEDITOR } = window;
  if (!CKEDITOR) return;

  const OUR_PHOTO = /^\/media\/photos\/[0-9a-f]{2}\/[0-9a-f]{32}(?:-\d+)?\.(?:jpg|png|webp)$/;

  CKEDITOR.config.uploadImage_supportedTypes = /image\/(jpeg|png|gif|webp)/;

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    /* Priority 10 is between CKEditor's opening (5) and sending (999) of the request. */
    editor.on("fileUploadRequest", (event) => {
      const loader = event.data.fileLoader;
      const token = document.querySelector("input[name=csrfmiddlewaretoken]");
      loader.xhr.setRequestHeader("X-CSRFToken", token ? token.value : "");
      /* For anything but 200 CKEditor would say "HTTP error 400"; our answer says why. */
      loader.on("error", () => {
        try {
          loader.message = `${loader.fileName}: ${JSON.parse(loader.xhr.responseText).error.message}`;
        } catch {
          /* Not our answer, for instance a proxy's: CKEditor's own words stay. */
        }
      }, null, null, 1);
    }, null, null, 10);

    /* Pictures that were dropped or pasted have no description yet: ask for one after the other, as soon as
       all of them are in the text. */
    editor.on("instanceReady", () => {
      Object.assign(editor.lang.uploadwidget, UPLOAD_WORDS);
      const arrived = [];
      const askLater = () => setTimeout(() => askForDescription(editor, arrived), 0);
      editor.uploadRepository.on("instanceCreated", ({ data: loader }) => {
        loader.on("uploaded", () => {
          arrived.push(loader.responseData.url);
          askLater();
        }, null, null, 999);
        loader.on("error", askLater, null, null, 999);
        loader.on("abort", askLater, null, null, 999);
      });
      editor.on("dialogHide", askLater);
    });
  });

  /* Its Vietnamese file is in English. */
  const UPLOAD_WORDS = {
    abort: "Đã dừng tải ảnh lên.",
    doneOne: "Đã tải ảnh lên.",
    doneMany: "Đã tải lên %1 ảnh.",
    uploadOne: "Đang tải ảnh lên ({percentage}%)…",
    uploadMany: "Đang tải ảnh lên, xong {current} trên {max} ({percentage}%)…",
  };

  const isDecorative = (widget) => widget.parts.image.getAttribute("role") === "presentation";

  function askForDescription(editor, arrived) {
    if (CKEDITOR.dialog.getCurrent() || editor.uploadRepository.loaders.some((loader) => !loader.isFinished())) return;
    while (arrived.length) {
      const url = arrived.shift();
      const widget = Object.values(editor.widgets.instances).find(
        (candidate) =>
          candidate.name === "image" && candidate.data.src === url && !candidate.data.alt && !isDecorative(candidate),
      );
      if (widget) {
        widget.focus();
        widget.edit();
        return;
      }
    }
  }

  /* What is typed or pasted onto a chosen picture would replace it, so the writing goes on after it. */
  function goOnAfter(editor, widget) {
    const range = editor.createRange();
    if (widget.inline) {
      range.moveToPosition(widget.wrapper, CKEDITOR.POSITION_AFTER_END);
    } else {
      let next = widget.wrapper.getNext((node) => node.type === CKEDITOR.NODE_ELEMENT);
      if (!next || CKEDITOR.plugins.widget.isDomWidgetWrapper(next)) {
        next = new CKEDITOR.dom.element("p", editor.document);
        next.appendBogus();
        next.insertAfter(widget.wrapper);
      }
      range.moveToElementEditStart(next);
    }
    range.select();
  }

  CKEDITOR.on("dialogDefinition", ({ data }) => {
    if (data.name === "image2") picturesDialog(data.definition);
  });

  function picturesDialog(definition) {
    const info = definition.getContents("info");
    const source = info.get("src");
    const browse = info.get("browse");
    const alt = info.get("alt");
    const upload = definition.getContents("Upload");

    definition.minWidth = 440;
    source.label = "Ảnh";
    source.validate = function validate() {
      return OUR_PHOTO.test(this.getValue()) || "Hãy chọn ảnh trong thư viện hoặc tải ảnh lên.";
    };
    if (browse) browse.label = "Chọn trong thư viện…";
    if (upload) {
      upload.label = "Tải ảnh lên";
      upload.elements[0].label = "Tệp ảnh (JPEG, PNG, WebP, GIF)";
      upload.elements[1].label = "Tải lên";
    }
    alt.label = "Mô tả ảnh (cho người không nhìn thấy ảnh)";
    const decorates = (element) => element.getDialog().getValueOf("info", "decorative");
    alt.validate = function validate() {
      return (
        decorates(this) ||
        this.getValue().trim() !== "" ||
        "Hãy mô tả ảnh bằng một câu ngắn, hoặc đánh dấu đây là ảnh trang trí."
      );
    };
    alt.commit = function commit(widget) {
      widget.setData("alt", decorates(this) ? "" : this.getValue().trim());
    };
    info.add({
      id: "decorative",
      type: "checkbox",
      label: "Ảnh trang trí, không cần mô tả",
      setup(widget) {
        this.setValue(isDecorative(widget));
      },
      onChange() {
        const words = this.getDialog().getContentElement("info", "alt");
        if (this.getValue()) words.disable();
        else words.enable();
      },
    }, "hasCaption");

    /* Sizes come from the photo itself, pictures stand in the column: neither is kept in the body. */
    info.elements.forEach((element) => {
      const held = (element.children || []).map((child) => child.id);
      if (held.includes("width") || element.id === "alignment") element.hidden = true;
    });
    const captioned = info.get("hasCaption");
    captioned.hidden = true;

    let before = "";
    const caption = {
      id: "captionText",
      type: "text",
      label: "Chú thích in dưới ảnh",
      setup(widget) {
        before = widget.parts.caption ? widget.parts.caption.getText().trim() : "";
        this.setValue(before);
      },
    };
    info.add(caption, "hasCaption");
    captioned.commit = function commit(widget) {
      widget.setData("hasCaption", this.getDialog().getValueOf("info", "captionText").trim() !== "");
    };

    /* Who has dropped a picture types its description, and must not type over its address. */
    definition.onFocus = function focus() {
      const words = this.getContentElement("info", "alt");
      if (this.getValueOf("info", "src") && words.isEnabled()) words.focus();
    };

    const { onLoad } = definition;
    definition.onLoad = function load(...given) {
      if (onLoad) onLoad.apply(this, given);
      /* After 20, where CKEditor puts a new picture into the text: only then is there a caption to fill. */
      this.on("ok", () => {
        const text = this.getValueOf("info", "captionText").trim();
        const editor = this.getParentEditor();
        const widget = editor.widgets.focused;
        if (!widget || widget.name !== "image") return;
        /* news/richtext.py reads the decision there, and the library learns it when the story is saved. */
        if (this.getValueOf("info", "decorative")) widget.parts.image.setAttribute("role", "presentation");
        else widget.parts.image.removeAttribute("role");
        if (widget.editables.caption && text !== before) {
          widget.editables.caption.setData(CKEDITOR.tools.htmlEncode(text));
          editor.fire("saveSnapshot");
        }
        goOnAfter(editor, widget);
      }, this, null, 30);
    };
  }
})();
