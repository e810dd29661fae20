/* Files on their way to the server: one after the other, so that the first is there soon and a slow line is not
   shared, each with its progress, and in words why one has not arrived. Used by attachments.js and photo-upload.js. */
"use strict";
(() => {
  const refusal = (message, again) => ({ error: { message, again } });

  /* The server's answer, or one in its shape where something else came: a proxy's page, the page that says a form
     lost its token, nothing. `error.again` says that the same file may well be taken the next time. */
  function understood(status, text) {
    try {
      const answer = JSON.parse(text);
      if (answer.error) answer.error.again = status === 503;
      return answer;
    } catch {
      if (!status) return refusal("Mất kết nối với máy chủ.", true);
      if (status === 413) return refusal("Tệp quá lớn nên máy chủ không nhận.", false);
      if (status === 403) return refusal("Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác, tải lại trang này rồi thử lại.", false);
      return refusal("Máy chủ chưa nhận được. Hãy thử lại sau ít phút.", true);
    }
  }

  function transfer(address, token, fields, progress) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const data = new FormData();
      for (const [name, value] of Object.entries(fields)) data.append(name, value);
      request.open("POST", address);
      request.setRequestHeader("X-CSRFToken", token);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) progress(event.loaded / event.total);
      });
      request.addEventListener("loadend", () => done(understood(request.status, request.responseText)));
      request.send(data);
    });
  }

  /* The way to one address, with the token of this form. */
  function wayTo(address, form) {
    let last = Promise.resolve();
    const way = {
      /* How many have not been answered yet. */
      left: 0,
      /* The answer to these fields, which are asked for when their turn has come; progress is told parts of 1. */
      async send(fields, progress) {
        way.left += 1;
        const mine = last.then(() => transfer(address, form.elements.csrfmiddlewaretoken.value, fields(), progress));
        last = mine;
        const answer = await mine;
        way.left -= 1;
        return answer;
      },
    };
    return way;
  }

  window.deskUploads = { understood, wayTo };
})();
