using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>One pass over a text with a stack of open spans.</summary>
internal sealed partial class MarkupParser
{
    private readonly string _input;
    private readonly bool _positionsAreCode;
    private readonly StringBuilder _text = new();
    private readonly ImmutableArray<int>.Builder _positions = ImmutableArray.CreateBuilder<int>();
    private readonly List<(string Name, TextSpan Span)> _spans = [];
    private readonly List<OpenSpan> _open = [];
    private readonly HashSet<string> _numbers = new(StringComparer.Ordinal);
    private int _index;

    private MarkupParser(string input, bool positionsAreCode)
    {
        _input = input;
        _positionsAreCode = positionsAreCode;
    }

    public static ParsedMarkup Parse(string input, bool treatPositionIndicatorsAsCode)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MarkupParser(input, treatPositionIndicatorsAsCode).Run();
    }

    private ParsedMarkup Run()
    {
        while (_index < _input.Length)
        {
            if (!TryPosition() && !TryNumberedEnd() && !TryEnd() && !TryStart())
                _text.Append(_input[_index++]);
        }

        if (_open.Count > 0)
            throw Error($"'{_open[^1].Mark}' has no end", _open[^1].Index);

        return new ParsedMarkup(
            _text.ToString(),
            _positions.ToImmutable(),
            [.. _spans.OrderBy(static span => span.Span.Start).ThenBy(static span => span.Span.End)]);
    }

    private bool TryPosition()
    {
        if (_positionsAreCode || !At("$$"))
            return false;

        _positions.Add(_text.Length);
        _index += 2;
        return true;
    }

    private bool TryNumberedEnd()
    {
        var match = NumberedEnd().Match(_input, _index);
        if (!match.Success)
            return false;

        var name = "#" + match.Groups[1].Value;
        var open = _open.FindLastIndex(span => span.Name == name);
        if (open < 0)
            throw Error($"'{match.Value}' ends a span that was not started", _index);

        Close(open, match.Length);
        return true;
    }

    private bool TryEnd()
    {
        if (!At("|]") && !At("|}"))
            return false;

        var closesUnnamed = _input[_index + 1] == ']';
        var open = _open.Count - 1;
        if (open < 0 || _open[open].IsUnnamed != closesUnnamed)
            throw Error($"'{_input.Substring(_index, 2)}' has no matching start", _index);

        Close(open, 2);
        return true;
    }

    private bool TryStart()
    {
        if (At("[|"))
        {
            // "[|]" and "[|}" can be read twice: inside a span that the second half ends they are a bracket and an end,
            // anywhere else a start and a bracket.
            if (SecondHalfEndsOpenSpan())
                return false;

            Open("", "[|", 2);
            // The bracket of "[|]" is text here, not half of an end.
            if (_index < _input.Length && _input[_index] is ']' or '}')
                _text.Append(_input[_index++]);
            return true;
        }

        var match = NamedStart().Match(_input, _index);
        if (!match.Success)
            return false;

        var name = match.Groups[1].Value;
        if (MarkupKey.IsKey(name) && !_numbers.Add(name))
            throw Error($"the number of '{match.Value}' is used twice", _index);

        Open(name, match.Value, match.Length);
        return true;
    }

    private bool SecondHalfEndsOpenSpan()
    {
        if (_open.Count == 0 || _index + 2 >= _input.Length)
            return false;

        return _input[_index + 2] switch
        {
            ']' => _open[^1].IsUnnamed,
            '}' => !_open[^1].IsUnnamed,
            _ => false,
        };
    }

    private void Open(string name, string mark, int length)
    {
        _open.Add(new OpenSpan(name, mark, _index, _text.Length));
        _index += length;
    }

    private void Close(int open, int length)
    {
        var span = _open[open];
        _open.RemoveAt(open);
        _spans.Add((span.Name, TextSpan.FromBounds(span.Start, _text.Length)));
        _index += length;
    }

    private bool At(string mark) => string.CompareOrdinal(_input, _index, mark, 0, mark.Length) == 0;

    private ArgumentException Error(string what, int index)
    {
        var line = _input.AsSpan(0, index).Count('\n') + 1;
        return new ArgumentException($"Bad markup in line {line}: {what}.", "input");
    }

    [GeneratedRegex(@"\G\|#([0-9]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex NumberedEnd();

    [GeneratedRegex(@"\G\{\|(#[0-9]+|[-_.A-Za-z0-9+]+):", RegexOptions.CultureInvariant)]
    private static partial Regex NamedStart();

    private readonly record struct OpenSpan(string Name, string Mark, int Index, int Start)
    {
        public bool IsUnnamed => Name.Length == 0;
    }
}
