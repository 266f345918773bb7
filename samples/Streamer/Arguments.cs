using System.Globalization;

namespace Streamer;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: Streamer [--channel N] [--length N] [--play] [--help]

        A user process records from a simulated tape, or plays to it, by direct I/O and the system DMA controller; every step is printed.

          --channel N       channel of the controller: 0 to 3 move bytes, 5 to 7 words (default 1)
          --length N        bytes to move (default 150000); 0 shows a request without a buffer
          --play            to the tape instead of from it
          --help            this text

        Exit code: 0 what arrived is what was sent, 1 it is not, 2 the arguments are wrong.
        """;

    public uint Channel { get; private init; } = 1;

    public uint Length { get; private init; } = 150_000;

    public bool IsPlay { get; private init; }

    public bool ShowHelp { get; private init; }

    /// <summary>Parses the command line; otherwise says what is wrong with it.</summary>
    public static bool TryParse(string[] args, out Arguments arguments, out string? error)
    {
        const uint longest = 16 << 20;
        (arguments, error) = (new(), null);
        for (int i = 0; i < args.Length && error is null; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--help":
                    arguments = arguments with { ShowHelp = true };
                    break;
                case "--play":
                    arguments = arguments with { IsPlay = true };
                    break;
                case "--channel" when value is "0" or "1" or "2" or "3" or "5" or "6" or "7":
                    arguments = arguments with { Channel = uint.Parse(value, CultureInfo.InvariantCulture) };
                    i++;
                    break;
                case "--channel":
                    error = $"--channel needs 0 to 3 or 5 to 7, not '{value}'";
                    break;
                case "--length" when uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint length) && length <= longest:
                    arguments = arguments with { Length = length };
                    i++;
                    break;
                case "--length":
                    error = $"--length needs a number of bytes, 0 to {longest}, not '{value}'";
                    break;
                default:
                    error = $"unknown argument '{args[i]}'";
                    break;
            }
        }

        return error is null;
    }
}
