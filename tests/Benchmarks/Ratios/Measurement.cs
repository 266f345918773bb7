using System.Diagnostics;

namespace Benchmarks;

/// <summary>Times operations against each other in turns, so that all see the same disturbances, and takes medians, so that few of them count.</summary>
internal static class Measurement
{
    private const int ShortRounds = 201, LongRounds = 25, LongWarmUps = 2, MaxLongSeconds = 150, ScalingRounds = 15;

    /// <summary>Short enough that most batches run without a break on a busy host.</summary>
    private const double ShortBatch = 0.0002;

    /// <summary>Long enough that starting a thread does not count.</summary>
    private const double LongBatch = 0.05;

    /// <summary>Every result ends here.</summary>
    private static ulong s_sink;

    /// <summary>Runs an operation for a while, so that the JIT compiler sees it.</summary>
    public static void WarmUp(Operation operation, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            s_sink += operation(10);
    }

    /// <summary>Median over rounds of the subject's time over the sum of the floor's parts, for operations of microseconds.</summary>
    public static double Ratio(Operation subject, Operation[] floor)
    {
        int subjectTimes = Calibrate(subject);
        int[] floorTimes = Array.ConvertAll(floor, Calibrate);
        double[] ratios = new double[ShortRounds];
        for (int round = 0; round < ratios.Length; round++)
        {
            double numerator = Seconds(subject, subjectTimes) / subjectTimes;
            double denominator = 0;
            for (int i = 0; i < floor.Length; i++)
                denominator += Seconds(floor[i], floorTimes[i]) / floorTimes[i];
            ratios[round] = numerator / denominator;
        }

        return Median(ratios);
    }

    /// <summary>Median over rounds of what the subject takes longer than the floor, in nanoseconds.</summary>
    public static double NanosecondsOver(Operation subject, Operation floor)
    {
        int subjectTimes = Calibrate(subject), floorTimes = Calibrate(floor);
        double[] differences = new double[ShortRounds];
        for (int round = 0; round < differences.Length; round++)
            differences[round] = (Seconds(subject, subjectTimes) / subjectTimes - Seconds(floor, floorTimes) / floorTimes) * 1e9;
        return Median(differences);
    }

    /// <summary>Median over rounds of the work that operations do on a thread each, in units of what the first does alone in the same time.</summary>
    public static double Scaling(Operation[] operations)
    {
        int times = (int)(LongBatch / ShortBatch * Calibrate(operations[0]));
        double[] results = new double[ScalingRounds];
        for (int round = 0; round < results.Length; round++)
        {
            double alone = Seconds(operations[0], times);
            results[round] = operations.Length * alone / SecondsTogether(operations, times);
        }

        return Median(results);
    }

    /// <summary>
    /// Median over rounds of a figure made of the processor times, in seconds on all cores, that operations of many milliseconds take in turns. A round
    /// is a fair comparison: collections of garbage and a busy host make single times differ by more than what is looked for.
    /// </summary>
    public static double ProcessorTimes(Func<double[], double> figure, params Operation[] operations)
    {
        // The first rounds are the JIT compiler's, which optimizes late while the program is busy.
        for (int i = 0; i < LongWarmUps; i++)
            Array.ForEach(operations, static operation => ProcessorSeconds(operation));
        long start = Stopwatch.GetTimestamp();
        var figures = new List<double>();
        do
            figures.Add(figure(Array.ConvertAll(operations, static operation => ProcessorSeconds(operation))));
        while (figures.Count < LongRounds && Stopwatch.GetElapsedTime(start).TotalSeconds < MaxLongSeconds);
        return Median([.. figures]);
    }

    /// <summary>Median time of one operation: to be read on an idle host only.</summary>
    public static double Microseconds(Operation subject)
    {
        int times = Calibrate(subject);
        double[] results = new double[ShortRounds];
        for (int round = 0; round < results.Length; round++)
            results[round] = Seconds(subject, times) / times * 1e6;
        return Median(results);
    }

    /// <summary>Bytes that one operation allocates on the managed heap once warm.</summary>
    public static double AllocatedBytes(Operation subject)
    {
        const int times = 1000;
        s_sink += subject(times);
        long before = GC.GetAllocatedBytesForCurrentThread();
        s_sink += subject(times);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)times;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    /// <summary>How often an operation fits into a batch.</summary>
    private static int Calibrate(Operation operation)
    {
        double fastest = double.MaxValue;
        int times = 1;
        for (int i = 0; i < 64; i++)
        {
            double seconds = Seconds(operation, times) / times;
            fastest = Math.Min(fastest, seconds);
            times = (int)Math.Clamp(ShortBatch / fastest, 1, 1_000_000);
        }

        return times;
    }

    private static double Seconds(Operation operation, int times)
    {
        long start = Stopwatch.GetTimestamp();
        s_sink += operation(times);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double SecondsTogether(Operation[] operations, int times)
    {
        using var start = new Barrier(operations.Length + 1);
        Thread[] threads = Array.ConvertAll(operations, operation => new Thread(() =>
        {
            start.SignalAndWait();
            Interlocked.Add(ref s_sink, operation(times));
        }));
        foreach (Thread thread in threads)
            thread.Start();
        start.SignalAndWait();
        long begin = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
            thread.Join();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double ProcessorSeconds(Operation operation)
    {
        // What the operation before left behind is not this one's.
        GC.Collect();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        s_sink += operation(1);
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }
}
