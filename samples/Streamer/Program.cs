using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using Streamer;

if (!Arguments.TryParse(args, out Arguments arguments, out string? error))
{
    Console.Error.WriteLine($"Streamer: {error}");
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

if (arguments.ShowHelp)
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}

// Where the buffer starts in its first page: nothing obliges a process to align it to more than the channel moves at a time.
const uint bufferOffset = 0xE50;
byte[] recorded = Tape.Record(arguments.Length);
using var tape = new MemoryStream();
if (!arguments.IsPlay)
{
    tape.Write(recorded);
    tape.Position = 0;
}

var printer = new StepPrinter(Console.Out);
using var machine = new Machine(new() { Trace = printer.OnTrace });
var hardware = new StreamDevice(machine, tape, new() { DmaChannel = arguments.Channel });
DriverObject driver = machine.LoadDriver("Streamer", new StreamDriver(hardware).DriverEntry);
machine.Plug(driver);

UserProcess process = machine.CreateProcess("listener");
nuint buffer = process.Allocate(Math.Max(arguments.Length, 1), bufferOffset);
if (arguments.IsPlay)
    process.Write(buffer, recorded);
IoStatusBlock result;
using (DeviceHandle handle = process.Open(StreamDriver.DeviceName))
{
    printer.BeginRequest(process, buffer, arguments.Length, arguments.IsPlay, arguments.Channel);
    result = arguments.IsPlay ? handle.Write(buffer, arguments.Length) : handle.Read(buffer, arguments.Length);
    printer.EndRequest(result);
}

var received = new byte[arguments.Length];
process.Read(buffer, received);
process.Free(buffer);
bool isSame = result.Information == arguments.Length && recorded.AsSpan().SequenceEqual(arguments.IsPlay ? tape.ToArray() : received);
machine.UnloadDriver(driver);
bool isClean = process.LockedPages == 0 && machine.Findings.Count == 0;
Console.WriteLine($"Left behind: {process.LockedPages} locked pages, {machine.Findings.Count} findings; the driver is unloaded.");
Console.WriteLine($"What arrived {(isSame ? "is" : "IS NOT")} what was sent.");
return isSame && isClean ? 0 : 1;
