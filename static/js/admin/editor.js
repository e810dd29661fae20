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
      /* The first time the dialog is fetched before it opens: a picture asked about meanwhile would open the same
         dialog, whose one answer would then be taken for both. */
      let isOpening = false;
      editor.on("dialogShow", () => {
        isOpening = false;
      });
      const askLater = () => setTimeout(() => {
        if (!isOpening) isOpening = askForDescription(editor, arrived) && !CKEDITOR.dialog.getCurrent();
      }, 0);
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

  /* True when a picture is asked about: its dialog is open or will be. */
  function askForDescription(editor, arrived) {
    const isUploading = editor.uploadRepository.loaders.some((loader) => !loader.isFinished());
    if (CKEDITOR.dialog.getCurrent() || isUploading) return false;
    while (arrived.length) {
      const url = arrived.shift();
      const widget = Object.values(editor.widgets.instances).find(
        (candidate) =>
          candidate.name === "image" && candidate.data.src === url && !candidate.data.alt && !isDecorative(candidate),
      );
      if (widget) {
        widget.focus();
        return widget.edit();
      }
    }
    return false;
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

  const KINDS = "image/jpeg,image/png,image/webp,image/gif";

  /* What a field has to say stands below it and is read out when it comes; CKEditor would use the browser's alert. */
  const wordsBelow = (id) => ({ id, type: "html", className: "picture-said", html: '<p role="alert"></p>' });

  function say(dialog, id, words) {
    dialog.getContentElement("info", id).getElement().setText(words);
  }

  function picturesDialog(definition) {
    const info = definition.getContents("info");
    const source = info.get("src");
    const browse = info.get("browse");
    const alt = info.get("alt");
    let loader = null;

    definition.minWidth = Math.min(440, document.documentElement.clientWidth - 64);
    definition.removeContents("Upload");

    /* The address is how the picture is known here, and nothing that anybody reads or types: the picture is shown. */
    source.hidden = true;
    const { onChange } = source;
    source.onChange = function change(...given) {
      onChange.apply(this, given);
      const dialog = this.getDialog();
      const shown = dialog.getContentElement("info", "shown").getElement().$;
      const picture = shown.querySelector("img");
      const isOurs = OUR_PHOTO.test(this.getValue());
      picture.hidden = !isOurs;
      if (isOurs) picture.src = this.getValue();
      else picture.removeAttribute("src");
      shown.querySelector("span").textContent = isOurs ? "Ảnh đã chọn" : "Chưa chọn ảnh";
      say(dialog, "pictureSaid", "");
    };
    source.validate = function validate() {
      const dialog = this.getDialog();
      if (OUR_PHOTO.test(this.getValue()) && !loader) return true;
      say(dialog, "pictureSaid", loader ? "Ảnh đang tải lên. Hãy đợi xong rồi bấm lại." : "Hãy chọn ảnh trong thư viện hoặc tải ảnh lên.");
      /* CKEditor gives the focus to the field that refuses, and this one is hidden. */
      setTimeout(() => dialog.getContentElement("info", "browse").focus(), 0);
      return false;
    };
    browse.label = "Chọn trong thư viện…";
    browse.style = "";
    const upload = {
      id: "uploadPicture",
      type: "button",
      label: "Tải ảnh lên…",
      onClick() {
        const dialog = this.getDialog();
        const input = Object.assign(document.createElement("input"), { type: "file", accept: KINDS });
        input.addEventListener("change", () => send(dialog, input.files[0]));
        input.click();
      },
    };
    /* Not within a row of CKEditor's: fields are looked through in this order, and only the first refusal is said. */
    info.elements.splice(
      0, 1,
      source,
      { id: "shown", type: "html", className: "picture-shown", html: '<div><img alt="" hidden><span></span></div>' },
      { type: "hbox", className: "picture-buttons", widths: ["1%", "99%"], children: [browse, upload] },
      wordsBelow("pictureSaid"),
    );

    function send(dialog, file) {
      if (loader) loader.abort();
      const editor = dialog.getParentEditor();
      const mine = editor.uploadRepository.create(file);
      loader = mine;
      const over = (words) => {
        if (loader !== mine) return;
        loader = null;
        say(dialog, "pictureSaid", words);
      };
      say(dialog, "pictureSaid", "Đang tải ảnh lên…");
      mine.on("uploaded", () => {
        over("");
        dialog.setValueOf("info", "src", mine.responseData.url);
        dialog.getContentElement("info", "alt").focus();
      });
      mine.on("error", () => over(mine.message));
      mine.on("abort", () => over(""));
      mine.loadAndUpload(CKEDITOR.fileTools.getUploadUrl(editor.config, "image"));
    }

    alt.label = "Mô tả ảnh (cho người không nhìn thấy ảnh)";
    const decorates = (element) => element.getDialog().getValueOf("info", "decorative");
    alt.validate = function validate() {
      const isEnough = decorates(this) || this.getValue().trim() !== "";
      say(this.getDialog(), "altSaid", isEnough ? "" : "Hãy mô tả ảnh bằng một câu ngắn, hoặc đánh dấu đây là ảnh trang trí.");
      return isEnough;
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
        say(this.getDialog(), "altSaid", "");
      },
    }, "hasCaption");
    info.add(wordsBelow("altSaid"), "decorative");

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

    /* Who has dropped a picture goes on with its description. */
    definition.onFocus = function focus() {
      const words = this.getContentElement("info", "alt");
      if (this.getValueOf("info", "src") && words.isEnabled()) words.focus();
    };

    const { onLoad } = definition;
    definition.onLoad = function load(...given) {
      if (onLoad) onLoad.apply(this, given);
      const words = this.getContentElement("info", "alt").getInputElement();
      words.setAttribute("aria-describedby", this.getContentElement("info", "altSaid").domId);
      words.on("input", () => say(this, "altSaid", ""));
      this.on("show", () => {
        say(this, "pictureSaid", "");
        say(this, "altSaid", "");
      });
      this.on("hide", () => {
        if (loader) loader.abort();
      });
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
