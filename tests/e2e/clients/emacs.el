;;; emacs.el --- Emacs with eglot as the client  -*- lexical-binding: t -*-
;; emacs --batch -l emacs.el NET
;; CAFFE_LS_COMMAND is the server's command as JSON, CAFFE_LS_REPORT the file that gets what was seen, as JSON.
(require 'package)
(package-initialize)
(require 'eglot)
(require 'json)

(defconst caffe-seconds-to-wait 60)
(defvar caffe-seen nil "What was seen, an alist.")

(defun caffe-note (name value) (push (cons name value) caffe-seen))

(defun caffe-wait-until (what holds)
  (with-timeout (caffe-seconds-to-wait (error "never happened: %s" what))
    (while (not (funcall holds)) (accept-process-output nil 0.05))))

(define-derived-mode prototxt-mode prog-mode "Prototxt")
(add-to-list 'auto-mode-alist '("\\.prototxt\\'" . prototxt-mode))
(add-to-list 'eglot-server-programs
             (cons 'prototxt-mode (append (json-read-from-string (getenv "CAFFE_LS_COMMAND")) nil)))
(setq eglot-sync-connect caffe-seconds-to-wait
      eglot-confirm-server-initiated-edits nil
      eglot-send-changes-idle-time 0.1
      flymake-no-changes-timeout 0.1
      make-backup-files nil
      auto-save-default nil)

(defun caffe-run (net)
  (find-file net)
  (apply #'eglot (eglot--guess-contact))
  (caffe-wait-until "the buffer is managed" #'eglot-managed-p)
  (flymake-start)
  (caffe-wait-until "a diagnostic" #'flymake-diagnostics)
  (let* ((fault (car (flymake-diagnostics)))
         (begin (flymake-diagnostic-beg fault))
         (end (flymake-diagnostic-end fault)))
    (caffe-note 'diagnostic (flymake-diagnostic-text fault))
    (caffe-note 'marked (buffer-substring-no-properties begin end))
    (goto-char (point-min))
    (search-forward "kernel_s")
    (let ((hover (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                                  (eglot--TextDocumentPositionParams))))
      (caffe-note 'hover (plist-get (plist-get hover :contents) :value)))
    (let ((fix (car (eglot-code-actions begin end "quickfix"))))
      (caffe-note 'fix (plist-get fix :title))
      (eglot--apply-workspace-edit (plist-get fix :edit)))
    (goto-char begin)
    (caffe-note 'mended (string-trim (thing-at-point 'line t)))
    (eglot--signal-textDocument/didChange)
    (caffe-wait-until "no diagnostic" (lambda () (flymake-start) (null (flymake-diagnostics)))))
  (save-buffer)
  (eglot-shutdown (eglot--current-server-or-lose))
  (caffe-note 'ended t))

(condition-case problem
    (caffe-run (car command-line-args-left))
  (error (caffe-note 'problem (error-message-string problem))))
(write-region (json-encode caffe-seen) nil (getenv "CAFFE_LS_REPORT"))
(kill-emacs 0)
