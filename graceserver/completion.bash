# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for graceserver; with or without the bash-completion package.

# Sets COMPREPLY to those of the words in $2 that begin with $1.
_graceserver_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

# Completes the path behind `unix:`; false where there is none. readline splits
# at the `:`, unless COMP_WORDBREAKS says otherwise.
_graceserver_unix()
{
	local path=${1#unix:} before=

	path=${path#:}
	[[ ${COMP_LINE:0:COMP_POINT} == *[\ =]unix:"$path" ]] || return 1
	[[ $1 != unix:* ]] || before=unix:
	mapfile -t COMPREPLY < <(compgen -f -P "$before" -- "$path")
	compopt -o filenames
}

_graceserver()
{
	local cur prev words cword split=
	local options='--accept= -d --defer-accept= --delay= --events=
		--events-ack= --greeting= --help --idle-timeout= -l --listen=
		--max-connections= --no-history --no-reuseaddr --on-accept=
		--on-eof= --once -p --paused --port= -q --quiet --sigpipe= --usage --version'
	# Those that act at once on one connection.
	local commands='block blocking close fill hold keepalive linger linger2
		more pause peek quickack read release reply reset resume save send
		sendfile shutdown state user-timeout'

	COMPREPLY=()
	if declare -F _init_completion >/dev/null; then
		_init_completion -s || return
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]} prev=${words[cword - 1]}
		# readline splits `--option=value` at the `=`.
		if [[ $cur == = ]]; then
			cur='' split=true
		elif [[ $prev == = && $cword -gt 1 ]]; then
			prev=${words[cword - 2]} split=true
		fi
	fi

	_graceserver_unix "$cur" && return
	case $prev in
	--sigpipe)
		_graceserver_words "$cur" 'default handle ignore inherit nosignal'
		return
		;;
	--delay | -d)
		_graceserver_words "$cur" 'hold never'
		return
		;;
	--accept)
		_graceserver_words "$cur" 'hold now'
		return
		;;
	--on-accept)
		_graceserver_words "$cur" "$commands"
		return
		;;
	--on-eof)
		_graceserver_words "$cur" "none $commands"
		return
		;;
	--listen | -l)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
		return
		;;
	--events | --events-ack)
		# readline's own completion of file names.
		compopt -o default
		return
		;;
	--defer-accept | --greeting | --idle-timeout | --max-connections | --port | -p)
		return
		;;
	esac
	[[ $split == true ]] && return
	# Everything is an option.
	_graceserver_words "$cur" "$options"
	if [[ ${COMPREPLY-} == *= ]]; then
		compopt -o nospace
	fi
} && complete -F _graceserver graceserver
